import type { BindPolicy } from "../../../../daemons/bind/policy.ts";
import { canonicalName, isWithin } from "../../../../mail/dns.ts";
import { createZoneData, type ZoneData } from "./zone-data.ts";

const numbered = (from: number, to: number, parent: string): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}.${parent}`);

/** Reverse names of private and reserved addresses (RFC 6303), which a recursive named answers itself. In its order. */
export const emptyZoneNames: readonly string[] = [
  "10.IN-ADDR.ARPA",
  ...numbered(16, 31, "172.IN-ADDR.ARPA"),
  "168.192.IN-ADDR.ARPA",
  ...numbered(64, 127, "100.IN-ADDR.ARPA"),
  "0.IN-ADDR.ARPA",
  "127.IN-ADDR.ARPA",
  "254.169.IN-ADDR.ARPA",
  "2.0.192.IN-ADDR.ARPA",
  "100.51.198.IN-ADDR.ARPA",
  "113.0.203.IN-ADDR.ARPA",
  "255.255.255.255.IN-ADDR.ARPA",
  `${"0.".repeat(32)}IP6.ARPA`,
  `1.${"0.".repeat(31)}IP6.ARPA`,
  "D.F.IP6.ARPA",
  "8.E.F.IP6.ARPA",
  "9.E.F.IP6.ARPA",
  "A.E.F.IP6.ARPA",
  "B.E.F.IP6.ARPA",
  "8.B.D.0.1.0.0.2.IP6.ARPA",
  "EMPTY.AS112.ARPA",
  "HOME.ARPA",
  "RESOLVER.ARPA",
];

/** The names of the empty zones that this configuration has: none without recursion, none that a zone of its own replaces. */
export function emptyZonesOf(policy: BindPolicy): readonly string[] {
  if (!policy.recursion || !policy.emptyZones) return [];
  const own = policy.zones.map((zone) => canonicalName(zone.name));
  return emptyZoneNames.filter((name) => !own.some((zone) => zone !== "." && isWithin(name, zone)));
}

/** An empty zone as BIND makes it. */
export function emptyZoneData(name: string): ZoneData {
  const origin = `${name}.`;
  const common = { name: origin, ttlSeconds: 86_400 };
  return createZoneData(origin, 0, [
    { ...common, type: "SOA", data: `${origin} . 0 28800 7200 604800 86400` },
    { ...common, type: "NS", data: origin },
  ]);
}
