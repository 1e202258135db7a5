import ipaddr from "ipaddr.js";
import { type DnsRecord, mailExchangeOf, plainName, reverseName, textOf } from "../../../../mail/dns.ts";
import type { DnsReply, ScanDns } from "./dns.ts";
import type { ScanLog } from "./scan-log.ts";
import { expandMacros, hasMacros, type SpfFacts } from "./spf-macros.ts";

export type Policy = "+" | "-" | "~" | "?";

/** A mechanism of a record with the addresses that stand behind it, includes and redirects resolved. */
interface SpfElement {
  readonly policy: Policy;
  /** As written, without the sign: `mx`, `ip4:203.0.113.0/26`, `all`. */
  readonly text: string;
  readonly matches: "any" | readonly (readonly [address: string, bits: number])[];
}

/** A domain's record, looked up once and kept for a while. A plain value. */
export interface SpfRecord {
  readonly domain: string;
  readonly elements: readonly SpfElement[];
  /** Why there is nothing to go by, or not all. */
  readonly flaw?: "temporary" | "permanent" | "none";
  readonly digest: string;
  readonly ttlSeconds: number;
  readonly storedAtMs: number;
}

const MINIMUM_TTL_SECONDS = 300;
const MAXIMUM_REQUESTS = 30;
/** Elements that the cache holds (`spf_cache_size = 2k`). */
const CACHE_SIZE = 2000;

const FLAGS = { temporary: 1, permanent: 2, none: 4 } as const;

export interface SpfContext {
  readonly dns: ScanDns;
  readonly log: ScanLog;
  readonly cache: Map<string, SpfRecord>;
  readonly facts: SpfFacts;
  now(): number;
}

/** One record on its way: what its lookups gather. */
interface Resolution {
  readonly context: SpfContext;
  readonly domain: string;
  requests: number;
  ttlSeconds: number;
  flaw: SpfRecord["flaw"] | undefined;
  /** What depends on the message cannot be kept for the next one. */
  isPersonal: boolean;
}

/** Looks a domain's record up with all that it refers to, says so in the log, and keeps it. */
export async function resolveRecord(context: SpfContext, domain: string): Promise<SpfRecord> {
  const resolution: Resolution = { context, domain, requests: 0, ttlSeconds: Number.POSITIVE_INFINITY, flaw: undefined, isPersonal: false };
  const reply = await context.dns.query(domain, "TXT");
  let elements: readonly SpfElement[] = [];
  if (reply.reply === "records") {
    note(resolution, reply.records);
    const text = recordText(reply.records);
    if (text === undefined) resolution.flaw = "none";
    else elements = await elementsOf(resolution, domain, text, 0);
  } else resolution.flaw = reply.reply === "none" ? "none" : "temporary";
  return kept(resolution, resolution.flaw === "permanent" ? [] : elements);
}

/** The log's words about a resolved record; a sound one goes into the cache. */
function kept({ context, domain, flaw, isPersonal, ttlSeconds }: Resolution, elements: readonly SpfElement[]): SpfRecord {
  const { log, cache, now } = context;
  const isKnown = Number.isFinite(ttlSeconds) && !isPersonal;
  if (isKnown && ttlSeconds < MINIMUM_TTL_SECONDS) {
    const raised = `increasing ttl from ${ttlSeconds} to ${MINIMUM_TTL_SECONDS} as it lower than a limit`;
    log.write(log.process, `rspamd_spf_record_postprocess: ${raised}`);
  }
  const ttl = isKnown ? Math.max(ttlSeconds, MINIMUM_TTL_SECONDS) : 0;
  const record: SpfRecord = {
    domain,
    elements,
    ...(flaw !== undefined && { flaw }),
    digest: digestOf(elements),
    ttlSeconds: ttl,
    storedAtMs: now(),
  };
  const about = `SPF record for ${domain} (0x${record.digest}) in LRU cache`;
  if (flaw === undefined && ttl > 0) {
    cache.set(domain.toLowerCase(), record);
    const place = `${cache.size}/${CACHE_SIZE} elements in the cache`;
    log.write(log.process, `rspamd_spf_maybe_return: stored ${about} for ${ttl} seconds, ${place}`);
  } else {
    const flags = flaw === undefined ? 0 : FLAGS[flaw];
    log.write(log.process, `rspamd_spf_maybe_return: not stored ${about}; flags=${flags}; ttl=${ttl}`);
  }
  return record;
}

function recordText(records: readonly DnsRecord[]): string | undefined {
  return records.map(textOf).find((text) => /^v=spf1(\s|$)/i.test(text));
}

function note(resolution: Resolution, records: readonly DnsRecord[]): void {
  for (const { ttlSeconds } of records) resolution.ttlSeconds = Math.min(resolution.ttlSeconds, ttlSeconds);
}

/** The elements of one record's text. All their questions go out at once. */
async function elementsOf(resolution: Resolution, domain: string, text: string, depth: number): Promise<readonly SpfElement[]> {
  const terms = text
    .split(/\s+/)
    .slice(1)
    .filter((term) => term !== "");
  const parts = await Promise.all(
    terms.filter((term) => !/^(redirect|exp)=/i.test(term)).map((term) => elementOf(resolution, domain, term, depth)),
  );
  const elements = parts.flat();
  if (terms.some((term) => /^[-+~?]?all$/i.test(term))) return elements;
  const redirect = terms.find((term) => /^redirect=/i.test(term))?.slice("redirect=".length);
  if (redirect !== undefined) return [...elements, ...(await redirected(resolution, redirect, depth))];
  return depth > 0 ? elements : [...elements, { policy: "?", text: "all", matches: "any" }];
}

async function redirected(resolution: Resolution, target: string, depth: number): Promise<readonly SpfElement[]> {
  if (!mayAsk(resolution, "redirect")) return [];
  const name = expand(resolution, target, resolution.domain);
  const reply = await resolution.context.dns.query(name, "TXT");
  const text = reply.reply === "records" ? recordText(reply.records) : undefined;
  if (reply.reply === "records") note(resolution, reply.records);
  if (text !== undefined) return elementsOf(resolution, name, text, depth);
  if (reply.reply === "none") failed(resolution, `cannot resolve REDIRECT record for ${name}: ${reply.why}`);
  if (reply.reply === "failure") failed(resolution, `cannot resolve REDIRECT DNS record for ${name}: ${reply.why}`);
  resolution.flaw = reply.reply === "failure" ? "temporary" : "permanent";
  return [];
}

async function elementOf(resolution: Resolution, domain: string, term: string, depth: number): Promise<readonly SpfElement[]> {
  const [, sign = "", name = "", argument = ""] = /^([-+~?]?)([A-Za-z0-9]*)([^]*)$/.exec(term) ?? [];
  const policy = (sign === "" ? "+" : sign) as Policy;
  const text = sign === "" ? term : term.slice(1);
  const element = (matches: SpfElement["matches"]): readonly SpfElement[] => [{ policy, text, matches }];
  switch (name.toLowerCase()) {
    case "all":
      // In an included record it is the end of that record only.
      if (depth > 0) return [];
      if (policy !== "+") return element("any");
      resolution.context.log.write("spf", `parse_spf_all: allow any SPF record for ${resolution.domain}, ignore it`);
      return [];
    case "ip4":
    case "ip6":
      return ipElement(resolution, name.toLowerCase() as "ip4" | "ip6", text, element);
    case "a":
      return element(await addressesOf(resolution, domain, argument));
    case "mx":
      return element(await exchangesOf(resolution, domain, argument));
    case "include":
      return included(resolution, argument.slice(1), depth);
    case "exists":
      return element(await existence(resolution, argument.slice(1)));
    case "ptr":
      return element(await namesOf(resolution, argument.slice(1) || domain));
    default:
      failed(resolution, `bad spf command ${term}`, "spf_process_element");
      return [];
  }
}

function ipElement(
  { context, domain }: Resolution,
  family: "ip4" | "ip6",
  text: string,
  element: (matches: SpfElement["matches"]) => readonly SpfElement[],
): readonly SpfElement[] {
  const [, address = "", bits] = /^ip[46]:([^/]*)(?:\/(\d+))?$/i.exec(text) ?? [];
  const widest = family === "ip4" ? 32 : 128;
  const isSound =
    (family === "ip4" ? ipaddr.IPv4.isValidFourPartDecimal(address) : ipaddr.IPv6.isValid(address)) && Number(bits ?? 0) <= widest;
  if (isSound) return element([[address, Number(bits ?? widest)]]);
  context.log.write("spf", `parse_spf_${family}: invalid ${family} element for ${text}: ${domain}`);
  return [];
}

async function included(resolution: Resolution, target: string, depth: number): Promise<readonly SpfElement[]> {
  if (!mayAsk(resolution, "include")) return [];
  const name = expand(resolution, target, resolution.domain);
  const reply = await resolution.context.dns.query(name, "TXT");
  if (reply.reply === "records") {
    note(resolution, reply.records);
    const text = recordText(reply.records);
    return text === undefined ? [] : elementsOf(resolution, name, text, depth + 1);
  }
  unresolved(resolution, "INCLUDE", name, reply);
  return [];
}

type Networks = readonly (readonly [address: string, bits: number])[];

/** `a`, `a:mail.brook.example/26`: both families are asked for; one of them is enough. */
async function addressesOf(resolution: Resolution, domain: string, argument: string): Promise<Networks> {
  if (!mayAsk(resolution, "a")) return [];
  const { name, bits } = target(resolution, domain, argument);
  const found: (readonly [string, number])[] = [];
  await Promise.all(
    (["A", "AAAA"] as const).map(async (type) => {
      const reply = await resolution.context.dns.query(name, type);
      if (reply.reply === "records") {
        note(resolution, reply.records);
        found.push(...reply.records.map(({ data }) => [data, bits[type]] as const));
      } else if (found.length === 0) unresolved(resolution, type, domain, reply);
    }),
  );
  return found;
}

async function exchangesOf(resolution: Resolution, domain: string, argument: string): Promise<Networks> {
  if (!mayAsk(resolution, "mx")) return [];
  const { name, bits } = target(resolution, domain, argument);
  const reply = await resolution.context.dns.query(name, "MX");
  if (reply.reply !== "records") {
    const isFailure = reply.reply === "failure";
    failed(
      resolution,
      isFailure ? `cannot resolve MX DNS record for ${domain}: ${reply.why}` : `cannot find MX record for ${domain}: ${reply.why}`,
    );
    if (isFailure) resolution.flaw = "temporary";
    return [];
  }
  note(resolution, reply.records);
  const hosts = reply.records.flatMap((record) => mailExchangeOf(record)?.exchange ?? []);
  const found: (readonly [string, number])[] = [];
  await Promise.all(
    hosts.flatMap((host) =>
      (["A", "AAAA"] as const).map(async (type) => {
        const answer = await resolution.context.dns.query(host, type);
        if (answer.reply === "records") {
          note(resolution, answer.records);
          found.push(...answer.records.map(({ data }) => [data, bits[type]] as const));
        } else if (found.length === 0 && answer.reply === "none") {
          failed(resolution, `cannot find MX record for ${domain}: ${answer.why}`);
        } else if (answer.reply === "failure") unresolved(resolution, "MX", domain, answer);
      }),
    ),
  );
  return found;
}

async function existence(resolution: Resolution, spec: string): Promise<SpfElement["matches"]> {
  if (!mayAsk(resolution, "exists")) return [];
  const reply = await resolution.context.dns.query(expand(resolution, spec, resolution.domain), "A");
  return reply.reply === "records" ? "any" : [];
}

/** `ptr`: the client's own name lies in the domain, and leads back to its address. */
async function namesOf(resolution: Resolution, spec: string): Promise<Networks> {
  resolution.isPersonal = true;
  const { clientAddress } = resolution.context.facts;
  const domain = expand(resolution, spec, resolution.domain).toLowerCase();
  const reply = await resolution.context.dns.query(reverseName(clientAddress), "PTR");
  if (reply.reply !== "records") return [];
  const names = reply.records
    .map(({ data }) => plainName(data).toLowerCase())
    .filter((name) => name === domain || name.endsWith(`.${domain}`));
  const isIPv4 = ipaddr.parse(clientAddress).kind() === "ipv4";
  const answers = await Promise.all(names.map((name) => resolution.context.dns.query(name, isIPv4 ? "A" : "AAAA")));
  return answers.flatMap((answer) =>
    answer.reply === "records" ? answer.records.map(({ data }) => [data, isIPv4 ? 32 : 128] as const) : [],
  );
}

/** `:name/bits//bits6` behind a mechanism. */
function target(
  resolution: Resolution,
  domain: string,
  argument: string,
): { readonly name: string; readonly bits: { readonly A: number; readonly AAAA: number } } {
  const [, spec, four, six] = /^(?::([^/]*))?(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(argument) ?? [];
  return {
    name: spec === undefined ? domain : expand(resolution, spec, domain),
    bits: { A: Number(four ?? 32), AAAA: Number(six ?? 128) },
  };
}

function expand(resolution: Resolution, spec: string, domain: string): string {
  if (!hasMacros(spec)) return spec;
  resolution.isPersonal = true;
  return expandMacros(spec, domain, resolution.context.facts);
}

/** Counts one more question of the record. @returns false, and says so, beyond `max_dns_requests` */
function mayAsk(resolution: Resolution, mechanism: string): boolean {
  resolution.requests++;
  if (resolution.requests <= MAXIMUM_REQUESTS) return true;
  const limit = `spf dns requests limit: ${resolution.requests} > ${MAXIMUM_REQUESTS} is reached, domain: ${resolution.domain}`;
  resolution.context.log.write("spf", `parse_spf_${mechanism}: ${limit}`);
  return false;
}

function unresolved(resolution: Resolution, type: string, name: string, reply: Exclude<DnsReply, { reply: "records" }>): void {
  if (reply.reply === "failure") resolution.flaw = "temporary";
  failed(resolution, `cannot resolve ${type} ${reply.reply === "failure" ? "DNS record" : "record"} for ${name}: ${reply.why}`);
}

function failed({ context, domain }: Resolution, what: string, by = "spf_record_dns_callback"): void {
  context.log.write("spf", `${by}: spf error for domain ${domain}: ${what}`);
}

/** 64 bits that stand for the addresses; without any it is the value that the real one has. */
function digestOf(elements: readonly SpfElement[]): string {
  let value = 0xa4aa40bbeec59e2bn;
  for (const { policy, matches } of elements) {
    if (matches === "any") continue;
    for (const [address, bits] of matches) {
      for (const byte of Buffer.from(`${policy}${address}/${bits}`)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
    }
  }
  return value.toString(16).padStart(16, "0");
}
