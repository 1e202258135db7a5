import type { Clock } from "../../../../base/clock.ts";
import { canonicalName, isWithin, sameName } from "../../../../mail/dns.ts";
import type { Rrset } from "./rrset.ts";

/** How far a record set is believed: an answer answers clients; what came along with one only helps to find servers. */
export type Trust = "additional" | "answer";

export interface CacheEntry {
  readonly rrset: Rrset;
  readonly trust: Trust;
  /** In whole seconds since the epoch, as BIND counts. */
  readonly expiresAtSeconds: number;
}

export interface NegativeEntry {
  readonly status: "NXDOMAIN" | "NOERROR";
  /** The SOA that came with the answer, absent where none did. */
  readonly soa: Rrset | undefined;
  readonly expiresAtSeconds: number;
}

/** A value that `structuredClone` accepts. */
export interface CacheMemory {
  readonly positive: readonly (readonly [key: string, entry: CacheEntry])[];
  readonly negative: readonly (readonly [key: string, entry: NegativeEntry])[];
}

export interface Cache {
  /** The records with what is left of their TTL; undefined where there are none or they are not believed enough. */
  find(name: string, type: string, trust: Trust): Rrset | undefined;
  /** The answers of a type, or of every type for `ANY`. */
  findAll(name: string, type: string): readonly Rrset[];
  /** That a name, or its type, is known not to exist. */
  findNegative(name: string, type: string): NegativeEntry | undefined;
  /** The deepest delegation known at or above the name. */
  findServers(name: string): Rrset | undefined;
  store(rrset: Rrset, trust: Trust): void;
  storeNegative(name: string, type: string, status: NegativeEntry["status"], soa: Rrset | undefined, ttlSeconds: number): void;
  flush(): void;
  /** Forgets a name, with all below it where `tree` says so. */
  flushName(name: string, tree: boolean): void;
  memory(): CacheMemory;
}

export function createCache(clock: Clock, maxTtlSeconds: () => number, from?: CacheMemory): Cache {
  const positive = new Map(from?.positive);
  const negative = new Map(from?.negative);
  const now = (): number => Math.floor(clock.now() / 1000);
  const key = (name: string, type: string): string => `${canonicalName(name)} ${type}`;

  const entryOf = (name: string, type: string): CacheEntry | undefined => {
    const entry = positive.get(key(name, type));
    return entry !== undefined && entry.expiresAtSeconds > now() ? entry : undefined;
  };
  const find: Cache["find"] = (name, type, trust) => {
    const entry = entryOf(name, type);
    if (entry === undefined || (trust === "answer" && entry.trust !== "answer")) return undefined;
    return { ...entry.rrset, ttlSeconds: entry.expiresAtSeconds - now() };
  };
  const live = (entry: NegativeEntry | undefined): NegativeEntry | undefined => {
    if (entry === undefined || entry.expiresAtSeconds <= now()) return undefined;
    const soa = entry.soa === undefined ? undefined : { ...entry.soa, ttlSeconds: entry.expiresAtSeconds - now() };
    return { ...entry, soa };
  };

  return {
    find,
    findAll(name, type) {
      const ofName = type === "ANY" ? [...positive.values()].filter(({ rrset }) => sameName(rrset.name, name)) : [];
      const types = type === "ANY" ? ofName.map(({ rrset }) => rrset.type) : [type];
      return types.flatMap((each) => find(name, each, "answer") ?? []);
    },
    findNegative: (name, type) => live(negative.get(key(name, "ANY"))) ?? live(negative.get(key(name, type))),
    findServers(name) {
      for (let at = canonicalName(name); ; at = at.slice(at.indexOf(".") + 1) || ".") {
        const servers = find(at, "NS", "additional");
        if (servers !== undefined) return servers;
        if (at === ".") return undefined;
      }
    },
    store(rrset, trust) {
      const known = entryOf(rrset.name, rrset.type);
      if (known?.trust === "answer" && trust === "additional") return;
      const ttlSeconds = Math.min(rrset.ttlSeconds, maxTtlSeconds());
      if (ttlSeconds === 0) return;
      positive.set(key(rrset.name, rrset.type), { rrset, trust, expiresAtSeconds: now() + ttlSeconds });
      if (trust === "answer") negative.delete(key(rrset.name, rrset.type));
    },
    storeNegative(name, type, status, soa, ttlSeconds) {
      if (ttlSeconds === 0) return;
      negative.set(key(name, status === "NXDOMAIN" ? "ANY" : type), { status, soa, expiresAtSeconds: now() + ttlSeconds });
    },
    flush() {
      positive.clear();
      negative.clear();
    },
    flushName(name, tree) {
      for (const map of [positive, negative]) {
        for (const each of [...map.keys()]) {
          const owner = each.slice(0, each.lastIndexOf(" "));
          if (tree ? isWithin(owner, name) : owner === canonicalName(name)) map.delete(each);
        }
      }
    },
    memory: () => ({ positive: [...positive], negative: [...negative] }),
  };
}
