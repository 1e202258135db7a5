const portsByName: Readonly<Record<string, number>> = { smtp: 25, submission: 587, smtps: 465, submissions: 465 };

/** The port of an `inet` line of master.cf: `smtp`, `2525`, `127.0.0.1:10025`. Undefined for a name nobody knows. */
export function servicePort(name: string): number | undefined {
  const port = name.slice(name.lastIndexOf(":") + 1);
  return /^\d+$/.test(port) ? Number(port) : portsByName[port];
}

/** The addresses that an `inet` line listens on; undefined stands for all of them. */
export function listenAddresses(name: string, interfaces: readonly string[]): readonly (string | undefined)[] {
  const colon = name.lastIndexOf(":");
  if (colon > 0) return [name.slice(0, colon).replace(/^\[|\]$/g, "")];
  if (interfaces.includes("all")) return [undefined];
  return interfaces.map((address) => (address === "loopback-only" || address === "localhost" ? "127.0.0.1" : address));
}
