import { z } from "zod";
import { hostOf } from "../world/world.ts";
import type { Fault } from "./fault.ts";
import { type ApexExchange, exchangeTo, zoneHolder } from "./zone-holder.ts";

export interface MxWrongOrderParams {
  /** Without the trailing dot: `meadow.example`. */
  readonly zone: string;
  /** Two hosts of the world that the zone has as MX, the right first one first. */
  readonly swap: readonly [first: string, second: string];
}

/** Two MX records have each other's preference: the world tries the backup first. */
export const mxWrongOrder: Fault<MxWrongOrderParams> = {
  id: "mx-wrong-order",
  summary: "The preferences of two MX records are exchanged, so that senders try the backup first (RFC 5321, section 5.1).",
  teaches: ["mx-preference", "dns-serial", "reading-a-bounce"],
  group: "dns",
  params: z.strictObject({
    zone: z.string().min(1).describe("The zone, without the trailing dot."),
    swap: z.tuple([z.string(), z.string()]).describe("Two hosts that the zone has as MX, the right first one first."),
  }),
  symptom: ({ swap: [, second] }, world) => {
    const { name, interfaces } = hostOf(world, second);
    return [`relay=${name}[${interfaces[0]?.address}]:25`];
  },
  effects: ({ zone, swap }, world) => {
    const holder = zoneHolder(world, zone);
    const [first, second] = swap.map((key) => exchangeTo(holder, zone, hostOf(world, key).name)) as [ApexExchange, ApexExchange];
    const record = (preference: string, target: string) => ({ name: "@", type: "MX", data: `${preference} ${target}` });
    return [
      {
        effect: "record",
        host: holder.host.key,
        zone,
        edits: [
          { set: record(second.preference, first.target), was: record(first.preference, first.target) },
          { set: record(first.preference, second.target), was: record(second.preference, second.target) },
        ],
      },
    ];
  },
};
