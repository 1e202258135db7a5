import type { Clock } from "../../../../base/clock.ts";
import { canonicalName, isWithin, labelsOf } from "../../../../mail/dns.ts";
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

export interface Resolver {
  /** From the cache, or by asking from the nearest known delegation downwards. */
  lookup(name: string, type: string): Promise<Step>;
  /** From the cache only. */
  known(name: string, type: string): Step | undefined;
}

/** RFC 9156: names are uncovered label by label, at most this many. */
const MAX_MINIMIZED_LABELS = 7;
const MAX_ROUNDS = 50;
/** How deep the search for servers' own addresses may nest (max-recursion-depth). */
const MAX_DEPTH = 7;

/** Iterates from the root or the nearest known delegation, caches, and joins questions that are under way. */
export function createResolver(ground: ResolverGround): Resolver {
  const pending = new Map<string, Promise<Step>>();

  const known = (name: string, type: string): Step | undefined => {
    const rrsets = ground.cache.findAll(name, type);
    if (rrsets.length > 0) return { step: "answer", rrsets };
    const alias = type === "CNAME" ? undefined : ground.cache.find(name, "CNAME", "answer");
    if (alias !== undefined) return { step: "alias", rrset: alias, target: alias.data[0] as string };
    const negative = ground.cache.findNegative(name, type);
    return negative === undefined ? undefined : { step: "negative", status: negative.status, soa: negative.soa };
  };

  const lookup = (name: string, type: string, depth: number): Promise<Step> => {
    const found = known(name, type);
    if (found !== undefined) return Promise.resolve(found);
    const key = `${canonicalName(name)} ${type}`;
    const underWay = pending.get(key);
    if (underWay !== undefined) return underWay;
    // Begun a turn later: what the search needs may be the very same question, which then finds it under way.
    const fetching = Promise.resolve()
      .then(() => fetch(name, type, depth))
      .finally(() => pending.delete(key));
    pending.set(key, fetching);
    return fetching;
  };

  const fetch = async (name: string, type: string, depth: number): Promise<Step> => {
    const deadlineMs = ground.clock.now() + ground.timeoutMs();
    let cut = nearestCut(ground, name);
    let primed = cut !== undefined;
    cut ??= ground.hints();
    let shown = ground.minimizeNames() ? labelsOf(cut.zone).length + 1 : Number.POSITIVE_INFINITY;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const question = minimized(name, type, shown);
      const asking = ask(cut, question, deadlineMs, depth);
      if (!primed) void prime(cut, deadlineMs, depth);
      primed = true;
      const message = await asking;
      if (message === undefined) return { step: "failure", why: ground.clock.now() >= deadlineMs ? "timed out" : "failure" };
      const reading = read(cut.zone, question, message);
      const isWhole = question.type === type && canonicalName(question.name) === canonicalName(name);
      if (reading.reading === "referral") {
        cut = reading.cut;
        shown = Math.max(shown, labelsOf(cut.zone).length + 1);
        if (shown > labelsOf(name).length) shown = Number.POSITIVE_INFINITY;
      } else if (isWhole) return finish(name, type, reading);
      else if (reading.reading === "records" && reading.rrsets[0].type === "NS") {
        cut = { zone: reading.rrsets[0].name, servers: reading.rrsets[0].data };
        shown++;
      } else if (reading.reading === "nothing" && reading.status === "NOERROR") shown++;
      else shown = Number.POSITIVE_INFINITY;
      if (shown > MAX_MINIMIZED_LABELS) shown = Number.POSITIVE_INFINITY;
    }
    return { step: "failure", why: "failure" };
  };

  const prime = async (hints: Cut, deadlineMs: number, depth: number): Promise<void> => {
    const message = await ask(hints, { name: ".", type: "NS" }, deadlineMs, depth);
    if (message !== undefined) learn(".", message);
    else ground.primingFailed(ground.clock.now() >= deadlineMs ? "timed out" : "failure");
  };

  const ask = async (cut: Cut, question: DnsQuestion, deadlineMs: number, depth: number): Promise<DnsMessage | undefined> => {
    const addresses = await addressesOf(cut, depth);
    const isPriming = question.name === ".";
    return ground.servers.ask(addresses, question, { zone: cut.zone, deadlineMs, checkingDisabled: !isPriming });
  };

  /** Addresses of a delegation's servers. Those without one are looked up; an IPv6 address is looked for on the side. */
  const addressesOf = async (cut: Cut, depth: number): Promise<readonly string[]> => {
    const near = cut.servers.flatMap((server) => {
      const own = ground.ownAddresses(server);
      if (own.length > 0) return own;
      const cached = ground.cache.find(server, "A", "additional");
      if (cached !== undefined && ground.cache.find(server, "AAAA", "additional") === undefined && depth < MAX_DEPTH) {
        if (ground.cache.findNegative(server, "AAAA") === undefined) void lookup(server, "AAAA", depth + 1);
      }
      return cached?.data ?? [];
    });
    if (near.length > 0 || depth >= MAX_DEPTH) return near;
    const far = cut.servers.filter((server) => !isWithin(server, cut.zone) || cut.zone === ".");
    const steps = far.map((server) => {
      const step = lookup(server, "A", depth + 1);
      if (ground.cache.findNegative(server, "AAAA") === undefined) void lookup(server, "AAAA", depth + 1);
      return step;
    });
    return (await Promise.all(steps)).flatMap((step) => (step.step === "answer" ? step.rrsets.flatMap((rrset) => rrset.data) : []));
  };

  type Reading =
    | { readonly reading: "referral"; readonly cut: Cut }
    | { readonly reading: "records"; readonly rrsets: readonly [Rrset, ...Rrset[]] }
    | { readonly reading: "nothing"; readonly status: "NXDOMAIN" | "NOERROR"; readonly soa: Rrset | undefined };

  /** What a message says about its question; what it says besides is learnt. */
  const read = (zone: string, question: DnsQuestion, message: DnsMessage): Reading => {
    const answers = learn(zone, message);
    const own = answers.filter((rrset) => canonicalName(rrset.name) === canonicalName(question.name));
    const wanted = own.filter((rrset) => rrset.type === question.type || question.type === "ANY");
    const [direct, ...others] = wanted.length > 0 ? wanted : own.filter((rrset) => rrset.type === "CNAME");
    if (direct !== undefined) return { reading: "records", rrsets: [direct, ...others] };
    const authority = groupRecords(message.authority);
    const below = authority.find(
      (rrset) =>
        rrset.type === "NS" &&
        isWithin(question.name, rrset.name) &&
        isWithin(rrset.name, zone) &&
        canonicalName(rrset.name) !== canonicalName(zone),
    );
    if (below !== undefined && !message.authoritative) return { reading: "referral", cut: { zone: below.name, servers: below.data } };
    const status = message.status === "NXDOMAIN" ? "NXDOMAIN" : "NOERROR";
    return { reading: "nothing", status, soa: authority.find((rrset) => rrset.type === "SOA") };
  };

  /** Keeps what a server may speak of: names within the zone it was asked for. */
  const learn = (zone: string, message: DnsMessage): readonly Rrset[] => {
    const within = (rrset: Rrset): boolean => isWithin(rrset.name, zone);
    const answers = groupRecords(message.answers).filter(within);
    for (const rrset of answers) ground.cache.store(rrset, "answer");
    for (const rrset of groupRecords(message.authority).filter(within)) {
      if (rrset.type === "NS") ground.cache.store(rrset, message.authoritative ? "answer" : "additional");
    }
    for (const rrset of groupRecords(message.additional).filter(within)) ground.cache.store(rrset, "additional");
    return answers;
  };

  const finish = (name: string, type: string, reading: Exclude<Reading, { readonly reading: "referral" }>): Step => {
    if (reading.reading === "nothing") {
      const { soa, status } = reading;
      const minimum = Number(soa?.data[0]?.split(" ")[6] ?? 0);
      const ttlSeconds = soa === undefined ? 0 : Math.min(soa.ttlSeconds, minimum, ground.maxNegativeTtlSeconds());
      ground.cache.storeNegative(name, type, status, soa, ttlSeconds);
      return { step: "negative", status, soa: soa === undefined ? undefined : { ...soa, ttlSeconds } };
    }
    const [rrset] = reading.rrsets;
    const isAlias = rrset.type === "CNAME" && type !== "CNAME" && type !== "ANY";
    return isAlias ? { step: "alias", rrset, target: rrset.data[0] as string } : { step: "answer", rrsets: reading.rrsets };
  };

  return { known, lookup: (name, type) => lookup(name, type, 0) };
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
