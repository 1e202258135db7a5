import { z } from "zod";
import { ProblemError } from "../base/problem.ts";
import { hostOf, type World } from "../world/world.ts";
import type { Fault } from "./fault.ts";
import { zoneHolder } from "./zone-holder.ts";

export interface PtrMissingParams {
  readonly host: string;
  /** The network on which the host's address loses its name. */
  readonly network: string;
  /** The reverse zone that holds the record, without the trailing dot: `113.0.203.in-addr.arpa`, `16-31.113.0.203.in-addr.arpa`. */
  readonly zone: string;
}

/** An address has no name any more, so that servers which ask for one turn its mail away. */
export const ptrMissing: Fault<PtrMissingParams> = {
  id: "ptr-missing",
  summary: "The PTR record of a host's address is gone from the reverse zone; servers that want to know who calls see `unknown`.",
  teaches: ["reverse-dns", "rfc-2317-delegation", "reading-a-deferral"],
  group: "dns",
  params: z.strictObject({
    host: z.string().min(1).describe("The host whose address loses its name."),
    network: z.string().min(1).default("internet").describe("The network of that address."),
    zone: z.string().min(1).describe("The reverse zone that holds the record, without the trailing dot."),
  }),
  symptom: ({ host, network }, world) => [`connect from unknown[${addressOn(world, host, network)}]`],
  effects: ({ host, network, zone }, world) => {
    const name = addressOn(world, host, network).split(".").at(-1) as string;
    const record = { name, type: "PTR", data: `${hostOf(world, host).name}.` };
    return [{ effect: "record", host: zoneHolder(world, zone).host.key, zone, edits: [{ remove: record }] }];
  },
};

function addressOn(world: World, key: string, network: string): string {
  const found = hostOf(world, key).interfaces.find((each) => each.network === network);
  if (found !== undefined) return found.address;
  const known = hostOf(world, key).interfaces.map((each) => each.network);
  const message = `${key} has no address on the network ${network}.`;
  throw new ProblemError({ code: "no-such-address", message, where: { host: key }, hint: `It stands on: ${known.join(", ")}.` });
}
