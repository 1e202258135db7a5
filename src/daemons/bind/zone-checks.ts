import { canonicalName, type DnsRecord, isWithin, labelsOf, parentName, plainName } from "../../mail/dns.ts";
import type { LoadMessage } from "./zone-reading.ts";

/** What BIND finds out about a zone once its file is read. */
export interface ZoneVerdict {
  readonly messages: readonly LoadMessage[];
  /** True when the zone is not served ("not loaded due to errors."). */
  readonly broken: boolean;
  /** Names of other zones that records of this zone need addresses for; named-checkzone asks for them. */
  readonly foreign: readonly ForeignName[];
}

export interface ForeignName {
  readonly owner: string;
  readonly type: "NS" | "MX" | "SRV";
  readonly target: string;
  /** How many of the verdict's messages come before what is found out about this name. */
  readonly after: number;
}

type Finder = (name: string, type: string) => readonly DnsRecord[];

/**
 * The checks after loading (lib/dns/zone.c, zone_postload and integrity_checks): SOA and NS counts, addresses of name
 * servers, mail exchanges and services, glue.
 * @param origin the zone's name, absolute
 */
export function checkZone(origin: string, records: readonly DnsRecord[]): ZoneVerdict {
  const byName = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const owner = canonicalName(record.name);
    byName.set(owner, [...(byName.get(owner) ?? []), record]);
  }
  const find: Finder = (name, type) => (byName.get(canonicalName(name)) ?? []).filter((record) => record.type === type);
  const resolve: Finder = (name, type) => (byName.get(matchingName(origin, name, byName)) ?? []).filter((record) => record.type === type);
  const counts = [countSoa(find(origin, "SOA")), find(origin, "NS").length === 0 ? "has no NS records" : undefined];
  const wrongCounts = counts.filter((text) => text !== undefined);
  // An empty apex is told twice, an absent SOA alone once.
  const told = find(origin, "SOA").length > 0 || find(origin, "NS").length === 0 ? wrongCounts : wrongCounts.slice(0, 1);
  if (told.length > 0) return { messages: told.map((text) => zoneMessage(origin, "zoneload", "error", text)), broken: true, foreign: [] };
  const servers = checkApexServers(origin, find, resolve);
  if (servers.length > 0) return { messages: servers, broken: true, foreign: [] };
  return checkIntegrity(origin, byName, find, resolve);
}

/** `zone meadow.example/IN: TEXT` */
export function zoneMessage(
  origin: string,
  category: LoadMessage["category"],
  severity: LoadMessage["severity"],
  text: string,
): LoadMessage {
  return { category, severity, text: `zone ${plainName(origin)}/IN: ${text}` };
}

/** Canonical order of names (RFC 4034, 6.1), the order in which BIND walks a zone. */
export function compareNames(left: string, right: string): number {
  const [a, b] = [left, right].map((name) => [...labelsOf(canonicalName(name))].reverse()) as [string[], string[]];
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [x, y] = [a[index] as string, b[index] as string];
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

function countSoa(found: readonly DnsRecord[]): string | undefined {
  return found.length === 1 ? undefined : `has ${found.length} SOA records`;
}

/** The owner whose records answer for a name: itself, or the wildcard that covers it. */
function matchingName(origin: string, name: string, byName: ReadonlyMap<string, unknown>): string {
  const known = [...byName.keys()];
  const exists = (candidate: string): boolean => known.some((owner) => isWithin(owner, candidate));
  let encloser = canonicalName(name);
  if (exists(encloser)) return encloser;
  while (!exists(encloser) && isWithin(encloser, origin) && encloser !== ".") encloser = canonicalName(parentName(encloser));
  return encloser === "." ? "*." : `*.${encloser}`;
}

function checkApexServers(origin: string, find: Finder, resolve: Finder): readonly LoadMessage[] {
  return find(origin, "NS").flatMap((server) => {
    const target = server.data;
    if (!isWithin(target, origin) || isBelowCut(origin, target, find) || hasAddress(target, resolve)) return [];
    const alias = resolve(target, "CNAME").length > 0;
    const text = `NS '${plainName(target)}' ${alias ? "is a CNAME (illegal)" : "has no address records (A or AAAA)"}`;
    return [zoneMessage(origin, "general", "error", text)];
  });
}

function checkIntegrity(origin: string, byName: ReadonlyMap<string, readonly DnsRecord[]>, find: Finder, resolve: Finder): ZoneVerdict {
  const messages: LoadMessage[] = [];
  const foreign: ForeignName[] = [];
  let cut: string | undefined;
  const check = (owner: string, type: "MX" | "SRV", target: string): void => {
    if (target === ".") return;
    if (isForeign(origin, target, find)) foreign.push({ owner, type, target, after: messages.length });
    else if (!hasAddress(target, resolve)) {
      const alias = resolve(target, "CNAME").length > 0;
      const text = `${plainName(owner)}/${type} '${plainName(target)}' ${alias ? "is a CNAME (illegal)" : "has no address records (A or AAAA)"}`;
      messages.push(zoneMessage(origin, "general", type === "MX" ? "warning" : "error", text));
    }
  };
  for (const [name, records] of [...byName].sort(([left], [right]) => compareNames(left, right))) {
    if (cut !== undefined && isWithin(name, cut)) continue;
    const ofType = (type: string): readonly DnsRecord[] => records.filter((record) => record.type === type);
    if (name !== canonicalName(origin) && ofType("NS").length > 0) {
      cut = name;
      for (const server of ofType("NS")) {
        const text = glueProblem(origin, name, server, find);
        if (text !== undefined) messages.push(zoneMessage(origin, "general", "error", text));
        if (isForeign(origin, server.data, find))
          foreign.push({ owner: server.name, type: "NS", target: server.data, after: messages.length });
      }
    }
    for (const record of ofType("MX")) check(record.name, "MX", record.data.split(" ")[1] as string);
    for (const record of ofType("SRV")) check(record.name, "SRV", record.data.split(" ")[3] as string);
  }
  return { messages, broken: false, foreign };
}

/** A delegation to a server below it needs that server's address here. */
function glueProblem(origin: string, child: string, server: DnsRecord, find: Finder): string | undefined {
  const owner = plainName(server.name);
  const target = plainName(server.data);
  if (isWithin(server.data, child)) {
    return hasAddress(server.data, find) ? undefined : `${owner}/NS '${target}' has no REQUIRED GLUE address records (A or AAAA)`;
  }
  if (!isWithin(server.data, origin) || isBelowCut(origin, server.data, find) || hasAddress(server.data, find)) return undefined;
  const alias = find(server.data, "CNAME").length > 0;
  return `${owner}/NS '${target}' ${alias ? "is a CNAME (illegal)" : "has no address records (A or AAAA)"}`;
}

/** True where another zone holds the name's addresses. */
function isForeign(origin: string, name: string, find: Finder): boolean {
  return !isWithin(name, origin) || isBelowCut(origin, name, find);
}

/** True where the zone delegates the name, or one above it, to other servers. */
function isBelowCut(origin: string, name: string, find: Finder): boolean {
  const labels = labelsOf(name);
  const above = labels.slice(0, labels.length - labelsOf(origin).length).map((_, index) => `${labels.slice(index).join(".")}.`);
  return above.some((candidate) => find(candidate, "NS").length > 0);
}

function hasAddress(name: string, find: Finder): boolean {
  return find(name, "A").length > 0 || find(name, "AAAA").length > 0;
}
