import type { DnsRecord } from "../../mail/dns.ts";
import { compareNames } from "./zone-checks.ts";

const typeNumbers: Readonly<Record<string, number>> = {
  ...{ SOA: 0, A: 1, NS: 2, CNAME: 5, PTR: 12, HINFO: 13, MX: 15, TXT: 16, RP: 17, AAAA: 28, SRV: 33, NAPTR: 35, DNAME: 39, DS: 43 },
  ...{ TLSA: 52, SPF: 99, CAA: 257 },
};

/** The order in which BIND writes a zone down or transfers it: names canonically, the SOA first, types by number. */
export function inZoneOrder(records: readonly DnsRecord[]): readonly DnsRecord[] {
  const rank = (type: string): number => typeNumbers[type] ?? 1000;
  return [...records].sort((left, right) => compareNames(left.name, right.name) || rank(left.type) - rank(right.type));
}
