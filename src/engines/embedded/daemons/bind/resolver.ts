import type { Clock } from "../../../../base/clock.ts";
import { canonicalName, isWithin, labelsOf, sameName } from "../../../../mail/dns.ts";
import type { DnsMessage, DnsQuestion } from "../../dns/message.ts";
import type { Cache } from "./cache.ts";
import { groupRecords, type Rrset } from "./rrset.ts";
import type { ServerTable } from "./server-table.ts";

/** One step of looking a name up; the caller follows aliases. */
export type Step =
  | { readonly step: "answer"; readonly rrsets: readonly Rrset[] }
  | { readonly step: "alias"; readonly rrset: Rrset; readonly target: string }
  | { readonly step: "negative"; readonly status: "NXDOMAIN" | "NOERROR"; readonly soa: Rrset | undefined }
  | { readonly step: "failure"; readonly why: string };

/** A delegation: a zone and the names of its servers. */
export interface Cut {
  readonly zone: string;
  readonly servers: readonly string[];
}

/** What a resolver stands on. */
export interface ResolverGround {
  readonly clock: Clock;
  readonly cache: Cache;
  readonly servers: ServerTable;
  /** The delegation that this server's own zones give for a name, where they are asked before the network. */
  ownCut(name: string): Cut | undefined;
  /** Addresses of a server's name that own zones or the root hints hold. */
  ownAddresses(name: string): readonly string[];
  /** The servers of the root hints. */
  hints(): Cut;
  minimizeNames(): boolean;
  maxNegativeTtlSeconds(): number;
  timeoutMs(): number;
  /** The servers of the hints did not say which servers the root has. */
  primingFailed(why: string): void;
}

/** RFC 9156: names are uncovered label by label, at most this many. */
const MAX_MINIMIZED_LABELS = 7;
const MAX_ROUNDS = 50;
/** How deep the search for servers' own addresses may nest (max-recursion-depth). */
const MAX_DEPTH = 7;

/** What a message says about its question. */
type Reading =
  | { readonly reading: "referral"; readonly cut: Cut }
  | { readonly reading: "records"; readonly rrsets: readonly [Rrset, ...Rrset[]] }
  | { readonly reading: "nothing"; readonly status: "NXDOMAIN" | "NOERROR"; readonly soa: Rrset | undefined };

/** Iterates from the root or the nearest known delegation, caches, and joins questions that are under way. */
export class Resolver {
  readonly #ground: ResolverGround;
  readonly #pending = new Map<string, Promise<Step>>();

  constructor(ground: ResolverGround) {
    this.#ground = ground;
  }

  /** From the cache, or by asking from the nearest known delegation downwards. */
  lookup(name: string, type: string): Promise<Step> {
    return this.#lookup(name, type, 0);
  }

  /** From the cache only. */
  known(name: string, type: string): Step | undefined {
    const { cache } = this.#ground;
    const rrsets = cache.findAll(name, type);
    if (rrsets.length > 0) return { step: "answer", rrsets };
    const alias = type === "CNAME" ? undefined : cache.find(name, "CNAME", "answer");
    if (alias !== undefined) return { step: "alias", rrset: alias, target: alias.data[0] as string };
    const negative = cache.findNegative(name, type);
    return negative === undefined ? undefined : { step: "negative", status: negative.status, soa: negative.soa };
  }

  #lookup(name: string, type: string, depth: number): Promise<Step> {
    const found = this.known(name, type);
    if (found !== undefined) return Promise.resolve(found);
    const key = `${canonicalName(name)} ${type}`;
    const underWay = this.#pending.get(key);
    if (underWay !== undefined) return underWay;
    // Begun a turn later: what the search needs may be the very same question, which then finds it under way.
    const fetching = Promise.resolve()
      .then(() => this.#fetch(name, type, depth))
      .finally(() => this.#pending.delete(key));
    this.#pending.set(key, fetching);
    return fetching;
  }

  async #fetch(name: string, type: string, depth: number): Promise<Step> {
    const ground = this.#ground;
    const deadlineMs = ground.clock.now() + ground.timeoutMs();
    const near = nearestCut(ground, name);
    let cut = near ?? ground.hints();
    let shown = ground.minimizeNames() ? labelsOf(cut.zone).length + 1 : Number.POSITIVE_INFINITY;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const question = minimized(name, type, shown);
      const asking = this.#ask(cut, question, deadlineMs, depth);
      if (near === undefined && round === 0) void this.#prime(cut, deadlineMs, depth);
      const message = await asking;
      if (message === undefined) return { step: "failure", why: ground.clock.now() >= deadlineMs ? "timed out" : "failure" };
      const reading = this.#read(cut.zone, question, message);
      if (reading.reading !== "referral" && question.name === name && question.type === type) return this.#finish(name, type, reading);
      cut = deeperCut(reading) ?? cut;
      shown = nextShown(shown, name, cut, reading);
    }
    return { step: "failure", why: "failure" };
  }

  /** Asks the servers of the hints which servers the root has. */
  async #prime(hints: Cut, deadlineMs: number, depth: number): Promise<void> {
    const message = await this.#ask(hints, { name: ".", type: "NS" }, deadlineMs, depth);
    if (message !== undefined) this.#learn(".", message);
    else this.#ground.primingFailed(this.#ground.clock.now() >= deadlineMs ? "timed out" : "failure");
  }

  async #ask(cut: Cut, question: DnsQuestion, deadlineMs: number, depth: number): Promise<DnsMessage | undefined> {
    const addresses = await this.#addressesOf(cut, depth);
    return this.#ground.servers.ask(addresses, question, { zone: cut.zone, deadlineMs, checkingDisabled: question.name !== "." });
  }

  /** Addresses of a delegation's servers. Those without one are looked up; an IPv6 address is looked for on the side. */
  async #addressesOf(cut: Cut, depth: number): Promise<readonly string[]> {
    const near = cut.servers.flatMap((server) => {
      const own = this.#ground.ownAddresses(server);
      if (own.length > 0) return own;
      const cached = this.#ground.cache.find(server, "A", "additional");
      if (cached !== undefined) this.#lookForIpv6(server, depth);
      return cached?.data ?? [];
    });
    if (near.length > 0 || depth >= MAX_DEPTH) return near;
    const far = cut.servers.filter((server) => !isWithin(server, cut.zone) || cut.zone === ".");
    const steps = far.map((server) => {
      const step = this.#lookup(server, "A", depth + 1);
      this.#lookForIpv6(server, depth);
      return step;
    });
    return (await Promise.all(steps)).flatMap((step) => (step.step === "answer" ? step.rrsets.flatMap((rrset) => rrset.data) : []));
  }

  #lookForIpv6(server: string, depth: number): void {
    const { cache } = this.#ground;
    const isKnown = cache.find(server, "AAAA", "additional") !== undefined || cache.findNegative(server, "AAAA") !== undefined;
    if (!isKnown && depth < MAX_DEPTH) void this.#lookup(server, "AAAA", depth + 1);
  }

  /** What a message says about its question; what it says besides is learnt. */
  #read(zone: string, question: DnsQuestion, message: DnsMessage): Reading {
    const own = this.#learn(zone, message).filter((rrset) => sameName(rrset.name, question.name));
    const wanted = own.filter((rrset) => rrset.type === question.type || question.type === "ANY");
    const [direct, ...others] = wanted.length > 0 ? wanted : own.filter((rrset) => rrset.type === "CNAME");
    if (direct !== undefined) return { reading: "records", rrsets: [direct, ...others] };
    const authority = groupRecords(message.authority);
    const below = authority.find(
      ({ name, type }) => type === "NS" && isWithin(question.name, name) && isWithin(name, zone) && !sameName(name, zone),
    );
    if (below !== undefined && !message.authoritative) return { reading: "referral", cut: { zone: below.name, servers: below.data } };
    const status = message.status === "NXDOMAIN" ? "NXDOMAIN" : "NOERROR";
    return { reading: "nothing", status, soa: authority.find((rrset) => rrset.type === "SOA") };
  }

  /** Keeps what a server may speak of: names within the zone it was asked for. @returns the answers among them */
  #learn(zone: string, message: DnsMessage): readonly Rrset[] {
    const { cache } = this.#ground;
    const within = (rrset: Rrset): boolean => isWithin(rrset.name, zone);
    const answers = groupRecords(message.answers).filter(within);
    for (const rrset of answers) cache.store(rrset, "answer");
    for (const rrset of groupRecords(message.authority).filter(within)) {
      if (rrset.type === "NS") cache.store(rrset, message.authoritative ? "answer" : "additional");
    }
    for (const rrset of groupRecords(message.additional).filter(within)) cache.store(rrset, "additional");
    return answers;
  }

  #finish(name: string, type: string, reading: Exclude<Reading, { readonly reading: "referral" }>): Step {
    if (reading.reading === "nothing") {
      const { soa, status } = reading;
      const minimum = Number(soa?.data[0]?.split(" ")[6] ?? 0);
      const ttlSeconds = soa === undefined ? 0 : Math.min(soa.ttlSeconds, minimum, this.#ground.maxNegativeTtlSeconds());
      this.#ground.cache.storeNegative(name, type, status, soa, ttlSeconds);
      return { step: "negative", status, soa: soa === undefined ? undefined : { ...soa, ttlSeconds } };
    }
    const [rrset] = reading.rrsets;
    const isAlias = rrset.type === "CNAME" && type !== "CNAME" && type !== "ANY";
    return isAlias ? { step: "alias", rrset, target: rrset.data[0] as string } : { step: "answer", rrsets: reading.rrsets };
  }
}

/** A delegation that an answer shows: a referral, or the servers of a zone that the same server holds too. */
function deeperCut(reading: Reading): Cut | undefined {
  if (reading.reading === "referral") return reading.cut;
  if (reading.reading === "nothing" || reading.rrsets[0].type !== "NS") return undefined;
  return { zone: reading.rrsets[0].name, servers: reading.rrsets[0].data };
}

/** How many labels to uncover next. After anything unexpected the whole name is asked for (qname-minimization relaxed). */
function nextShown(shown: number, name: string, cut: Cut, reading: Reading): number {
  const goesOn = reading.reading === "nothing" ? reading.status === "NOERROR" : deeperCut(reading) !== undefined;
  const next = reading.reading === "referral" ? Math.max(shown, labelsOf(cut.zone).length + 1) : shown + 1;
  return goesOn && next <= Math.min(MAX_MINIMIZED_LABELS, labelsOf(name).length) ? next : Number.POSITIVE_INFINITY;
}

/** The deepest delegation known: from own zones or from the cache. */
function nearestCut(ground: ResolverGround, name: string): Cut | undefined {
  const own = ground.ownCut(name);
  const cached = ground.cache.findServers(name);
  if (cached === undefined) return own;
  const learnt: Cut = { zone: cached.name, servers: cached.data };
  return own !== undefined && labelsOf(own.zone).length >= labelsOf(learnt.zone).length ? own : learnt;
}

/** The question that uncovers so many labels of the name only. */
function minimized(name: string, type: string, shown: number): DnsQuestion {
  const labels = labelsOf(name);
  if (shown >= labels.length) return { name, type };
  return { name: `${labels.slice(labels.length - shown).join(".")}.`, type: "NS" };
}
