import type { Machine } from "../machine.ts";

/** The address by which one host reaches another: on a network that both stand on, else the first one. */
export function addressFor(from: Machine, to: Machine): string {
  const shared = to.host.interfaces.find(({ network }) => from.host.interfaces.some((own) => own.network === network));
  return (shared ?? to.host.interfaces[0])?.address ?? "127.0.0.1";
}
