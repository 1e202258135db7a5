import ipaddr from "ipaddr.js";
import { type Policy, resolveRecord, type SpfContext, type SpfRecord } from "./spf-record.ts";

/** The symbol and its option. */
export interface SpfResult {
  readonly symbol: string;
  readonly option: string;
}

const SYMBOLS: Readonly<Record<Policy, string>> = { "+": "R_SPF_ALLOW", "-": "R_SPF_FAIL", "~": "R_SPF_SOFTFAIL", "?": "R_SPF_NEUTRAL" };

/**
 * Checks a client's address against a domain's SPF record as Rspamd 3.4 does: the record is resolved as a whole, without the limits
 * and errors of RFC 7208 in places (the first of two records counts, a mechanism that it does not know is skipped).
 */
export async function checkSpf(context: SpfContext, domain: string): Promise<SpfResult> {
  const { cache, log, now } = context;
  const cached = cache.get(domain.toLowerCase());
  const isFresh = cached !== undefined && now() < cached.storedAtMs + cached.ttlSeconds * 1000;
  const record = isFresh ? cached : await resolveRecord(context, domain);
  const result = judge(record, context.facts.clientAddress);
  if (!isFresh || result.isFlaw) return result;
  const leftSeconds = record.ttlSeconds - Math.floor((now() - record.storedAtMs) / 1000);
  log.write("lua", `spf.lua:160: use cached record for ${record.domain} (0x${record.digest}) in LRU cache for ${leftSeconds} seconds`);
  return { symbol: result.symbol, option: `${result.option}:c` };
}

function judge(record: SpfRecord, address: string): SpfResult & { readonly isFlaw: boolean } {
  if (record.flaw === "none") return { symbol: "R_SPF_NA", option: "no SPF record", isFlaw: true };
  if (record.flaw === "permanent") return { symbol: "R_SPF_PERMFAIL", option: "bad SPF record", isFlaw: true };
  if (record.elements.length === 0) {
    return record.flaw === "temporary"
      ? { symbol: "R_SPF_DNSFAIL", option: "temporary DNS error", isFlaw: true }
      : { symbol: "R_SPF_PERMFAIL", option: "empty SPF record", isFlaw: true };
  }
  const client = ipaddr.process(address);
  for (const { policy, text, matches } of record.elements) {
    if (matches === "any") {
      if (record.flaw === "temporary") return { symbol: "R_SPF_DNSFAIL", option: `${policy}any`, isFlaw: true };
      return { symbol: SYMBOLS[policy], option: `${policy}${text}`, isFlaw: false };
    }
    if (matches.some(([network, bits]) => isIn(client, network, bits))) {
      return { symbol: SYMBOLS[policy], option: `${policy}${text}`, isFlaw: false };
    }
  }
  return { symbol: "R_SPF_NEUTRAL", option: "?all", isFlaw: false };
}

function isIn(client: ipaddr.IPv4 | ipaddr.IPv6, network: string, bits: number): boolean {
  const other = ipaddr.parse(network);
  return client.kind() === other.kind() && client.match(other, bits);
}
