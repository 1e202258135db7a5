import { canonicalName, type DnsRecord, isWithin, parentName } from "../../../../mail/dns.ts";
import { groupRecords, type Rrset } from "./rrset.ts";

/** A zone that is served, ready to be asked. */
export interface ZoneData {
  readonly origin: string;
  readonly serial: number;
  /** Canonical owner → type → records. A name between two that exist has an entry without types. */
  readonly nodes: ReadonlyMap<string, ReadonlyMap<string, Rrset>>;
}

/** What a zone knows about a name and type. */
export type Finding =
  | { readonly finding: "answer"; readonly rrsets: readonly Rrset[] }
  | { readonly finding: "alias"; readonly rrset: Rrset; readonly target: string; readonly synthesized?: Rrset }
  | { readonly finding: "referral"; readonly servers: Rrset }
  | { readonly finding: "no-data" }
  | { readonly finding: "no-name" };

export function createZoneData(origin: string, serial: number, records: readonly DnsRecord[]): ZoneData {
  const nodes = new Map<string, Map<string, Rrset>>();
  const node = (name: string): Map<string, Rrset> => {
    const known = nodes.get(name);
    if (known !== undefined) return known;
    const created = new Map<string, Rrset>();
    nodes.set(name, created);
    if (name !== canonicalName(origin)) node(canonicalName(parentName(name)));
    return created;
  };
  node(canonicalName(origin));
  for (const rrset of groupRecords(records)) node(canonicalName(rrset.name)).set(rrset.type, rrset);
  return { origin, serial, nodes };
}

/** RFC 1034, 4.3.2, with wildcards as RFC 4592 has them. The name must lie within the zone. */
export function findInZone(zone: ZoneData, name: string, type: string): Finding {
  const wanted = canonicalName(name);
  const cut = findCut(zone, wanted);
  if (cut !== undefined) return { finding: "referral", servers: cut };
  const redirected = findDname(zone, wanted, name);
  if (redirected !== undefined) return redirected;
  const exact = zone.nodes.get(wanted);
  if (exact !== undefined) return findAtNode(exact, type);
  const wildcard = zone.nodes.get(`*.${closestEncloser(zone, wanted)}`.replace(/^\*\.\.$/, "*."));
  if (wildcard === undefined) return { finding: "no-name" };
  return findAtNode(new Map([...wildcard].map(([key, rrset]) => [key, { ...rrset, name }])), type);
}

/** The zone's own record set of a type at its top. */
export function apexSet(zone: ZoneData, type: string): Rrset | undefined {
  return zone.nodes.get(canonicalName(zone.origin))?.get(type);
}

/** Addresses that the zone holds for a name, be they its own or glue. */
export function addressesInZone(zone: ZoneData, name: string): readonly Rrset[] {
  const node = zone.nodes.get(canonicalName(name));
  return ["A", "AAAA"].flatMap((type) => node?.get(type) ?? []);
}

/** The highest delegation above or at the name. */
function findCut(zone: ZoneData, name: string): Rrset | undefined {
  let cut: Rrset | undefined;
  const origin = canonicalName(zone.origin);
  for (let at = name; at !== origin && isWithin(at, origin); at = canonicalName(parentName(at))) cut = zone.nodes.get(at)?.get("NS") ?? cut;
  return cut;
}

function findDname(zone: ZoneData, name: string, asked: string): Finding | undefined {
  for (let at = canonicalName(parentName(name)); isWithin(at, zone.origin); at = canonicalName(parentName(at))) {
    const rrset = zone.nodes.get(at)?.get("DNAME");
    if (rrset !== undefined) {
      const prefix = asked.slice(0, asked.length - at.length);
      const target = `${prefix}${rrset.data[0] === "." ? "" : rrset.data[0]}`;
      return { finding: "alias", rrset, target, synthesized: { name: asked, type: "CNAME", ttlSeconds: rrset.ttlSeconds, data: [target] } };
    }
    if (at === ".") return undefined;
  }
  return undefined;
}

function findAtNode(node: ReadonlyMap<string, Rrset>, type: string): Finding {
  if (type === "ANY" && node.size > 0) return { finding: "answer", rrsets: [...node.values()] };
  const rrset = node.get(type);
  if (rrset !== undefined) return { finding: "answer", rrsets: [rrset] };
  const alias = node.get("CNAME");
  return alias === undefined ? { finding: "no-data" } : { finding: "alias", rrset: alias, target: alias.data[0] as string };
}

function closestEncloser(zone: ZoneData, name: string): string {
  let at = canonicalName(parentName(name));
  while (!zone.nodes.has(at) && at !== ".") at = canonicalName(parentName(at));
  return at;
}
