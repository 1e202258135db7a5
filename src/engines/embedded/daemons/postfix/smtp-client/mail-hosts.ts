import ipaddr from "ipaddr.js";
import type { Random } from "../../../../../base/random.ts";
import { type DnsAnswer, mailExchangeOf, plainName } from "../../../../../mail/dns.ts";

/** One address of one mail host. */
export interface MailHost {
  readonly name: string;
  readonly address: string;
  /** Of the MX record; 0 without one. */
  readonly preference: number;
}

/** Why no host can be tried. `dsn` is still as found: soft or hard. */
export interface Unroutable {
  readonly dsn: string;
  readonly text: string;
}

export interface MailHosts {
  /** In the order of trying; empty where `failure` says why. */
  readonly hosts: readonly MailHost[];
  /** The lowest preference that DNS names, whether its host has an address or not. */
  readonly bestPreference: number;
  readonly failure?: Unroutable;
  /** Lines that smtp(8) logs on the way. */
  readonly warnings: readonly string[];
}

export interface LookUp {
  query(name: string, type: string): Promise<DnsAnswer>;
  readonly random: Random;
  /** Addresses at which this Postfix itself receives mail. */
  isOwnAddress(address: string): boolean;
  /** Off where the destination's port is not 25: no loop is suspected. */
  readonly detectLoops: boolean;
  readonly shuffle: boolean;
  /** `smtp_defer_if_no_mx_address_found`, `ignore_mx_lookup_error` */
  readonly deferWithoutAddress: boolean;
  readonly ignoreMxFailure: boolean;
}

const nothing = { hosts: [], bestPreference: 0, warnings: [] };

/** smtp_domain_addr(3): the MX hosts of a domain, or the domain's own addresses where it has no MX record. */
export async function mailHostsOf(domain: string, lookUp: LookUp): Promise<MailHosts> {
  const answer = await lookUp.query(domain, "MX");
  const exchanges = answer.answers.flatMap((record) => mailExchangeOf(record) ?? []);
  if (answer.status === "NOERROR" && exchanges.length > 0) {
    if (exchanges.length === 1 && exchanges[0]?.exchange === ".") {
      return { ...nothing, failure: { dsn: "5.1.0", text: `Domain ${domain} does not accept mail (nullMX)` } };
    }
    return throughExchanges(domain, exchanges, lookUp);
  }
  const failure = failureOf(answer, domain, "MX");
  if (failure.missing || lookUp.ignoreMxFailure) return hostsByName(domain, lookUp);
  return { ...nothing, failure };
}

async function throughExchanges(
  domain: string,
  exchanges: readonly { readonly preference: number; readonly exchange: string }[],
  lookUp: LookUp,
): Promise<MailHosts> {
  const sorted = [...exchanges].sort((one, other) => one.preference - other.preference);
  const bestPreference = sorted[0]?.preference ?? 0;
  const hosts: MailHost[] = [];
  let failure: Unroutable | undefined;
  for (const { preference, exchange } of sorted) {
    const found = await addressesOf(plainName(exchange), preference, lookUp);
    hosts.push(...found.hosts);
    failure = found.failure ?? failure;
  }
  if (hosts.length === 0) {
    const hard = failure ?? { dsn: "5.4.4", text: "" };
    const reason = lookUp.deferWithoutAddress ? { ...hard, dsn: softened(hard.dsn) } : hard;
    return { ...nothing, bestPreference, failure: reason, warnings: [`no MX host for ${domain} has a valid address record`] };
  }
  return shuffled(withoutSelf(domain, hosts, bestPreference, lookUp), lookUp);
}

/** Drops this host and every host that is no nearer to the goal, so that mail never goes in circles (RFC 5321, 5.1). */
function withoutSelf(domain: string, hosts: readonly MailHost[], bestPreference: number, lookUp: LookUp): MailHosts {
  const self = lookUp.detectLoops ? hosts.find((host) => lookUp.isOwnAddress(host.address)) : undefined;
  if (self === undefined) return { hosts, bestPreference, warnings: [] };
  const nearer = hosts.filter((host) => host.preference < self.preference);
  if (nearer.length > 0) return { hosts: nearer, bestPreference, warnings: [] };
  const bestFound = hosts[0]?.preference ?? bestPreference;
  const failure =
    bestPreference === bestFound
      ? { dsn: "5.4.6", text: `mail for ${domain} loops back to myself` }
      : { dsn: "4.4.4", text: `unable to find primary relay for ${domain}` };
  return { ...nothing, bestPreference, failure };
}

/** Equal preference shares the load: a drawn order, kept sorted by preference. */
function shuffled(found: MailHosts, lookUp: LookUp): MailHosts {
  if (!lookUp.shuffle || found.hosts.length < 2) return found;
  return { ...found, hosts: lookUp.random.shuffle(found.hosts).sort((one, other) => one.preference - other.preference) };
}

/** smtp_host_addr(3): a host by its name or address, without MX records. */
export async function hostsByName(name: string, lookUp: LookUp): Promise<MailHosts> {
  const found = await addressesOf(name, 0, lookUp);
  if (found.failure !== undefined) return { ...nothing, failure: found.failure };
  if (lookUp.detectLoops && found.hosts.some((host) => lookUp.isOwnAddress(host.address))) {
    return { ...nothing, failure: { dsn: "5.4.6", text: `mail for ${name} loops back to myself` } };
  }
  return shuffled({ hosts: found.hosts, bestPreference: 0, warnings: [] }, lookUp);
}

async function addressesOf(
  name: string,
  preference: number,
  lookUp: LookUp,
): Promise<{ readonly hosts: readonly MailHost[]; readonly failure?: Unroutable }> {
  if (ipaddr.isValid(name)) return { hosts: [{ name, address: name, preference }] };
  const answer = await lookUp.query(name, "A");
  const addresses = answer.answers.filter((record) => record.type === "A");
  if (answer.status === "NOERROR" && addresses.length > 0) {
    return { hosts: addresses.map((record) => ({ name, address: record.data, preference })) };
  }
  return { hosts: [], failure: failureOf(answer, name, "A") };
}

/** What smtp(8) makes of an answer without records. `missing`: the name or the record does not exist. */
function failureOf(answer: DnsAnswer, name: string, type: string): Unroutable & { readonly missing: boolean } {
  const [dsn, reason] = {
    NOERROR: ["5.4.4", "Host found but no data record of requested type"],
    NXDOMAIN: ["5.4.4", "Host not found"],
    SERVFAIL: ["4.4.3", "Host not found, try again"],
    TIMEOUT: ["4.4.3", "Host not found, try again"],
    REFUSED: ["4.4.3", "Host not found, try again"],
  }[answer.status] as [string, string];
  return {
    dsn,
    text: `Host or domain name not found. Name service error for name=${name} type=${type}: ${reason}`,
    missing: dsn === "5.4.4",
  };
}

function softened(dsn: string): string {
  return `4${dsn.slice(1)}`;
}
