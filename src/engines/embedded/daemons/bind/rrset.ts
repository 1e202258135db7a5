import type { DnsRecord } from "../../../../mail/dns.ts";

/** Records of one name and type. */
export interface Rrset {
  /** As the zone spells it. */
  readonly name: string;
  readonly type: string;
  readonly ttlSeconds: number;
  readonly data: readonly string[];
}

export function recordsOf(rrset: Rrset): readonly DnsRecord[] {
  return rrset.data.map((data) => ({ name: rrset.name, type: rrset.type, ttlSeconds: rrset.ttlSeconds, data }));
}

/** Records gathered into sets, in the order in which the sets begin. Data is sorted, as BIND keeps it. */
export function groupRecords(records: readonly DnsRecord[]): readonly Rrset[] {
  const groups = new Map<string, DnsRecord[]>();
  for (const record of records) {
    const key = `${record.name.toLowerCase()} ${record.type}`;
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return [...groups.values()].map((group) => {
    const first = group[0] as DnsRecord;
    const ttlSeconds = Math.min(...group.map((record) => record.ttlSeconds));
    return { name: first.name, type: first.type, ttlSeconds, data: sortData(group.map((record) => record.data)) };
  });
}

/** The order of the data on the wire, as far as numbers and names tell it: `5` before `10`. */
function sortData(data: readonly string[]): readonly string[] {
  return [...data].sort((left, right) => {
    const [a, b] = [left.split(" "), right.split(" ")];
    for (let index = 0; index < Math.min(a.length, b.length); index++) {
      const [x, y] = [a[index] as string, b[index] as string];
      if (x === y) continue;
      const numeric = /^\d+$/.test(x) && /^\d+$/.test(y);
      return numeric ? Number(x) - Number(y) : compareOctets(x, y);
    }
    return a.length - b.length;
  });
}

function compareOctets(left: string, right: string): number {
  const [a, b] = [left.split("."), right.split(".")];
  const addresses = [a, b].every((parts) => parts.length === 4 && parts.every((part) => /^\d+$/.test(part)));
  const differs = addresses ? a.findIndex((part, index) => part !== b[index]) : -1;
  if (differs >= 0) return Number(a[differs]) - Number(b[differs]);
  return left.toLowerCase() < right.toLowerCase() ? -1 : 1;
}
