import { type AddressList, admits, type OwnAddresses } from "../../../../daemons/bind/address-list.ts";
import type { BindPolicy } from "../../../../daemons/bind/policy.ts";
import { canonicalName, type DnsRecord, isWithin } from "../../../../mail/dns.ts";
import type { DnsQuestion } from "../../dns/message.ts";
import type { Cache } from "./cache.ts";
import type { Cut, Resolver, Step } from "./resolver.ts";
import { type Rrset, recordsOf } from "./rrset.ts";
import { addressesInZone, apexSet, findInZone, type ZoneData } from "./zone-data.ts";
import type { ServedZone, ZoneTable } from "./zone-table.ts";

/** What an answer is made of. */
export interface AnswerGround {
  readonly policy: () => BindPolicy;
  readonly own: OwnAddresses;
  readonly zones: ZoneTable;
  readonly emptyZone: (name: string) => ZoneData | undefined;
  readonly cache: Cache;
  readonly resolver: Resolver;
  readonly hints: () => Cut;
}

export interface Asked {
  readonly question: DnsQuestion;
  readonly clientAddress: string;
  readonly recursionDesired: boolean;
}

/** A response without its transport. */
export interface Response {
  readonly status: "NOERROR" | "NXDOMAIN" | "SERVFAIL" | "REFUSED";
  readonly authoritative: boolean;
  readonly answers: readonly Rrset[];
  readonly authority: readonly Rrset[];
  readonly additional: readonly Rrset[];
  /** Why there is no answer, in the log's words: `failure`, `timed out`, `REFUSED`. */
  readonly failure?: string;
  /** A recursive server does not serve this client. */
  readonly denied?: boolean;
}

/** Aliases followed for one client (max-query-restarts). */
const MAX_RESTARTS = 11;

type Draft = Omit<Response, "additional">;

/** True where this client may have names looked up elsewhere. */
export function mayRecurse(ground: AnswerGround, clientAddress: string): boolean {
  return allowed(ground, ground.policy().allowRecursion, clientAddress);
}

/** Answers a question from own zones, the cache, and by recursion where the client may have it (lib/ns/query.c). */
export async function answer(ground: AnswerGround, asked: Asked): Promise<Response> {
  const draft = await search(ground, asked);
  return { ...draft, additional: asked.question.type === "ANY" ? [] : additionalFor(ground, draft) };
}

async function search(ground: AnswerGround, asked: Asked): Promise<Draft> {
  const answers: Rrset[] = [];
  let { name } = asked.question;
  let authoritative = false;
  for (let restart = 0; restart < MAX_RESTARTS; restart++) {
    const first = restart === 0;
    const step = await nextStep(ground, asked, name, first);
    if (first) authoritative = step.authoritative;
    const done = (status: Draft["status"], authority: readonly Rrset[] = []): Draft => ({ status, authoritative, answers, authority });
    switch (step.step) {
      case "answer":
        answers.push(...step.rrsets);
        return done("NOERROR", step.zone === undefined || asked.recursionDesired ? [] : apexServers(step.zone, step.rrsets));
      case "alias":
        answers.push(...step.rrsets);
        name = step.target;
        continue;
      case "negative":
        return done(step.status, step.soa === undefined ? [] : [step.soa]);
      case "referral":
        return done("NOERROR", first ? [step.servers] : []);
      case "refused":
        return first ? { ...done("REFUSED"), failure: "REFUSED", denied: step.denied } : done("NOERROR");
      case "failure":
        return { ...done("SERVFAIL"), answers: [], authoritative: false, failure: step.why };
    }
  }
  return { status: "SERVFAIL", authoritative: false, answers: [], authority: [], failure: "max. restarts reached" };
}

type SearchStep = { readonly authoritative: boolean } & (
  | { readonly step: "answer"; readonly rrsets: readonly Rrset[]; readonly zone?: ZoneData }
  | { readonly step: "alias"; readonly rrsets: readonly Rrset[]; readonly target: string }
  | { readonly step: "negative"; readonly status: "NOERROR" | "NXDOMAIN"; readonly soa: Rrset | undefined }
  | { readonly step: "referral"; readonly servers: Rrset }
  | { readonly step: "refused"; readonly denied: boolean }
  | { readonly step: "failure"; readonly why: string }
);

async function nextStep(ground: AnswerGround, asked: Asked, name: string, first: boolean): Promise<SearchStep> {
  const recursive = asked.recursionDesired && mayRecurse(ground, asked.clientAddress);
  const found = ground.zones.find(name);
  const empty = found === undefined || canonicalName(found.zone.policy.name) === "." ? ground.emptyZone(name) : undefined;
  if (empty !== undefined) return fromZone(empty, name, asked.question.type) ?? { step: "refused", denied: false, authoritative: false };
  if (found !== undefined) {
    if (!allowed(ground, zoneAccess(ground, found.zone), asked.clientAddress))
      return { step: "refused", denied: false, authoritative: false };
    if (found.data === undefined) return { step: "failure", why: "zone not loaded", authoritative: false };
    const local = fromZone(found.data, name, asked.question.type);
    if (local !== undefined) return local;
    if (!recursive) return referral(found.data, name);
  }
  if (recursive) return fromStep(await ground.resolver.lookup(name, asked.question.type));
  if (!first || !allowed(ground, ground.policy().allowQueryCache, asked.clientAddress)) {
    return { step: "refused", denied: ground.policy().recursion, authoritative: false };
  }
  return fromCache(ground, name, asked.question.type);
}

/** The zone's own answer; undefined where it has delegated the name. */
function fromZone(zone: ZoneData, name: string, type: string): SearchStep | undefined {
  const finding = findInZone(zone, name, type);
  switch (finding.finding) {
    case "answer":
      return { step: "answer", rrsets: finding.rrsets, zone, authoritative: true };
    case "alias": {
      const { rrset, synthesized, target } = finding;
      return { step: "alias", rrsets: synthesized === undefined ? [rrset] : [rrset, synthesized], target, authoritative: true };
    }
    case "no-data":
    case "no-name":
      return {
        step: "negative",
        status: finding.finding === "no-name" ? "NXDOMAIN" : "NOERROR",
        soa: negativeSoa(zone),
        authoritative: true,
      };
    case "referral":
      return undefined;
  }
}

function referral(zone: ZoneData, name: string): SearchStep {
  const finding = findInZone(zone, name, "NS");
  if (finding.finding !== "referral") throw new Error(`${name} is not delegated by ${zone.origin}`);
  return { step: "referral", servers: finding.servers, authoritative: false };
}

function fromStep(step: Step): SearchStep {
  switch (step.step) {
    case "answer":
      return { step: "answer", rrsets: step.rrsets, authoritative: false };
    case "alias":
      return { step: "alias", rrsets: [step.rrset], target: step.target, authoritative: false };
    case "negative":
      return { step: "negative", status: step.status, soa: step.soa, authoritative: false };
    case "failure":
      return { step: "failure", why: step.why, authoritative: false };
  }
}

/** What a recursive server says to a client that does not ask for recursion: what it knows, or whom it would ask. */
function fromCache(ground: AnswerGround, name: string, type: string): SearchStep {
  const known = ground.resolver.known(name, type);
  if (known !== undefined) return fromStep(known);
  const servers = ground.cache.findServers(name) ?? rootServers(ground.hints());
  return { step: "referral", servers, authoritative: false };
}

function rootServers(hints: Cut): Rrset {
  return { name: ".", type: "NS", ttlSeconds: 3_600_000, data: hints.servers };
}

/** RFC 2308: the SOA of a negative answer lives no longer than its minimum. */
function negativeSoa(zone: ZoneData): Rrset | undefined {
  const soa = apexSet(zone, "SOA");
  return soa === undefined ? undefined : { ...soa, ttlSeconds: Math.min(soa.ttlSeconds, Number(soa.data[0]?.split(" ")[6])) };
}

function apexServers(zone: ZoneData, answers: readonly Rrset[]): readonly Rrset[] {
  const servers = apexSet(zone, "NS");
  return servers === undefined || answers.some((rrset) => rrset.type === "NS" && rrset.name === servers.name) ? [] : [servers];
}

const targets: Readonly<Record<string, number>> = { NS: 0, MX: 1, SRV: 3 };

/** Addresses of the hosts that the answer names, as far as they are at hand. */
function additionalFor(ground: AnswerGround, draft: Draft): readonly Rrset[] {
  const isReferral = draft.answers.length === 0 && draft.authority.some((rrset) => rrset.type === "NS");
  if (ground.policy().minimalResponses === "yes" && !isReferral) return [];
  const seen = new Set(draft.answers.map((rrset) => `${canonicalName(rrset.name)} ${rrset.type}`));
  const additional: Rrset[] = [];
  for (const rrset of [...draft.answers, ...draft.authority]) {
    const field = targets[rrset.type];
    if (field === undefined) continue;
    for (const data of rrset.data) {
      for (const address of addressesAtHand(ground, data.split(" ")[field] as string)) {
        const key = `${canonicalName(address.name)} ${address.type}`;
        if (!seen.has(key)) additional.push(address);
        seen.add(key);
      }
    }
  }
  return additional;
}

function addressesAtHand(ground: AnswerGround, name: string): readonly Rrset[] {
  const zone = ground.zones.find(name)?.data;
  const own = zone === undefined ? [] : addressesInZone(zone, name);
  if (own.length > 0) return own;
  return ["A", "AAAA"].flatMap((type) => ground.cache.find(name, type, "additional") ?? []);
}

function zoneAccess(ground: AnswerGround, zone: ServedZone): AddressList {
  return zone.policy.allowQuery ?? ground.policy().allowQuery;
}

function allowed(ground: AnswerGround, list: AddressList, clientAddress: string): boolean {
  return admits(list, clientAddress, ground.own);
}

/** Sets as records, each set in an order drawn anew (rrset-order random); the order of the sets stays. */
export function shuffledRecords(rrsets: readonly Rrset[], shuffle: (data: readonly string[]) => readonly string[]): readonly DnsRecord[] {
  return rrsets.flatMap((rrset) => recordsOf(rrset.data.length > 1 ? { ...rrset, data: shuffle(rrset.data) } : rrset));
}

/** The delegation that own zones give for a name, where this server asks others about it. */
export function ownCut(zones: ZoneTable, name: string): Cut | undefined {
  const found = zones.find(name);
  if (found?.data === undefined) return undefined;
  const finding = findInZone(found.data, name, "NS");
  if (finding.finding === "referral") return { zone: finding.servers.name, servers: finding.servers.data };
  const apex = apexSet(found.data, "NS");
  return apex === undefined || !isWithin(name, found.data.origin) ? undefined : { zone: found.data.origin, servers: apex.data };
}
