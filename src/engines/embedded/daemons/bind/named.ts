import { describeProblem, type Problem } from "../../../../base/problem.ts";
import type { OwnAddresses } from "../../../../daemons/bind/address-list.ts";
import { type BindPolicy, confPath, readPolicy } from "../../../../daemons/bind/policy.ts";
import { isWithin } from "../../../../mail/dns.ts";
import type { Machine } from "../../machine.ts";
import { type Program, StartFailure } from "../../program.ts";
import { type AnswerGround, ownCut } from "./answer.ts";
import { type Cache, type CacheMemory, createCache } from "./cache.ts";
import { createCookies } from "./cookies.ts";
import { emptyZoneData, emptyZonesOf } from "./empty-zones.ts";
import { type Endpoints, openEndpoints } from "./endpoints.ts";
import { createNamedLog, type NamedLog } from "./named-log.ts";
import { createQueryHandler } from "./query-handler.ts";
import { createResolver } from "./resolver.ts";
import { type RootHints, readRootHints } from "./root-hints.ts";
import { createServerTable, type ServerMemory, type ServerTable } from "./server-table.ts";
import { addressesInZone, type ZoneData } from "./zone-data.ts";
import { createZoneTable, type ServedZone, type ZoneOutcome, type ZoneTable } from "./zone-table.ts";

/** What outlives a fork. A value that `structuredClone` accepts. */
interface NamedMemory {
  readonly pid: number;
  readonly policy: BindPolicy;
  readonly hints: RootHints;
  readonly bootedAtMs: number;
  readonly configuredAtMs: number;
  readonly queryLog: boolean;
  readonly debugLevel: number;
  readonly zones: readonly ServedZone[];
  readonly cache: CacheMemory;
  readonly servers: ServerMemory;
  readonly cookieSecret: string;
}

/** The configuration in force. */
interface InForce {
  readonly policy: BindPolicy;
  readonly hints: RootHints;
  readonly emptyZones: ReadonlyMap<string, ZoneData>;
  readonly atMs: number;
}

/** Prefix length of every network of a range, which decides what `localnets` covers. */
const NETWORK_BITS = 26;
/** What 90 % of this machine's memory come to; named remarks on it when it reads its configuration. */
const CACHE_SIZE = "setting to 1779MB (out of 1976MB)";
/** The problems that named writes as warnings, though it does not take the configuration either. */
const warnings = new Set(["undefined-acl", "deprecated"]);

/** named of BIND 9.18: authoritative for its zones, recursive where its configuration says so. */
export class Named implements Program {
  readonly kind = "bind";
  readonly pid: number;
  readonly bootedAtMs: number;
  readonly zones: ZoneTable;
  readonly cache: Cache;
  readonly log: NamedLog;
  /** Query logging can be switched without touching the configuration. */
  queryLog: boolean;
  debugLevel: number;
  /** Set by the command that ends it: the last lines differ. */
  endHow: "stop" | "halt" | undefined;
  readonly #machine: Machine;
  readonly #servers: ServerTable;
  readonly #cookieSecret: string;
  readonly #own: OwnAddresses;
  readonly #handle: ReturnType<typeof createQueryHandler>;
  #inForce: InForce;
  #endpoints: Endpoints;

  /** @throws StartFailure when the configuration cannot be taken */
  constructor(machine: Machine, memory?: unknown) {
    const from = memory as NamedMemory | undefined;
    this.#machine = machine;
    this.pid = from?.pid ?? machine.newPid();
    this.bootedAtMs = from?.bootedAtMs ?? machine.clock.now();
    this.#cookieSecret = from?.cookieSecret ?? machine.random.hex(32);
    this.#own = { addresses: machine.net.addresses, networks: machine.net.addresses.map((address) => networkOf(address)) };
    this.#inForce = from === undefined ? this.#firstConfiguration() : inForce(from.policy, from.hints, from.configuredAtMs);
    this.queryLog = from?.queryLog ?? this.policy.queryLog;
    this.debugLevel = from?.debugLevel ?? 0;
    this.log = createNamedLog(machine, this.pid, () => this.policy.logging);
    this.zones = createZoneTable(machine.files, () => machine.clock.now(), from?.zones);
    this.cache = createCache(machine.clock, () => this.policy.maxCacheTtlSeconds, from?.cache);
    const cookies = createCookies(this.#cookieSecret);
    const { clock, net, random } = machine;
    this.#servers = createServerTable({ clock, net, random, cookies, log: (...line) => this.log.say(...line) }, from?.servers);
    this.#handle = createQueryHandler({
      ground: this.#answerGround(),
      policy: () => this.policy,
      queryLog: () => this.queryLog,
      cookies,
      log: this.log,
      now: () => clock.now(),
      shuffle: (data) => random.shuffle(data),
    });
    if (from === undefined) this.#loadFirst();
    this.#endpoints = this.#open();
  }

  get policy(): BindPolicy {
    return this.#inForce.policy;
  }

  get configuredAtMs(): number {
    return this.#inForce.atMs;
  }

  get emptyZoneCount(): number {
    return this.#inForce.emptyZones.size;
  }

  reload(): void {
    this.log.general("received control channel command 'reload'");
    this.reloadAll();
  }

  /** Reads configuration and zones again, as `rndc reload` and SIGHUP do. @returns why it did not, in ISC's words */
  reloadAll(): string | undefined {
    const failure = this.#reconfigure();
    if (failure !== undefined) return failure;
    this.log.general("reloading zones succeeded");
    this.#report(this.zones.load(this.policy, "changed"));
    this.log.say("general", "notice", "all zones loaded");
    this.log.say("general", "notice", "running");
    return undefined;
  }

  /** Reads the configuration again and loads new zones only, as `rndc reconfig` does. */
  reconfigure(): string | undefined {
    const failure = this.#reconfigure();
    if (failure !== undefined) return failure;
    this.log.general("scheduled loading new zones");
    this.#report(this.zones.load(this.policy, "new"));
    this.log.general("any newly configured zones are now loaded");
    this.log.say("general", "notice", "running");
    return undefined;
  }

  /** @returns what happened; undefined where the file was not touched since */
  reloadZone(zone: ServedZone): ZoneOutcome | undefined {
    const outcome = this.zones.reload(zone, this.policy);
    if (outcome !== undefined) this.#report([outcome]);
    return outcome;
  }

  /** Forgets what was learnt from others. */
  flush(): void {
    this.cache.flush();
    this.#servers.forget();
  }

  /** An init system stops named with `rndc stop`; rndc itself has been heard already. */
  stop(): void {
    if (this.endHow === undefined) this.log.general("received control channel command 'stop'");
    const how = this.endHow === "halt" ? "shutting down" : "shutting down: flushing changes";
    for (const address of this.#endpoints.addresses) this.log.say("network", "info", `no longer listening on ${address}#53`);
    this.log.general(how);
    for (const address of ["127.0.0.1", "::1"]) this.log.say("general", "notice", `stopping command channel on ${address}#953`);
    this.log.say("general", "notice", "exiting");
    this.#endpoints.close();
  }

  memory(): NamedMemory {
    return {
      pid: this.pid,
      policy: this.policy,
      hints: this.#inForce.hints,
      bootedAtMs: this.bootedAtMs,
      configuredAtMs: this.#inForce.atMs,
      queryLog: this.queryLog,
      debugLevel: this.debugLevel,
      zones: this.zones.memory(),
      cache: this.cache.memory(),
      servers: this.#servers.memory(),
      cookieSecret: this.#cookieSecret,
    };
  }

  /** A configuration that cannot be taken at the start is told to syslog, which no host of a range runs. */
  #firstConfiguration(): InForce {
    const taken = this.#readConfiguration();
    if ("policy" in taken) return taken;
    throw new StartFailure("bind", "");
  }

  #loadFirst(): void {
    this.log.say("zoneload", "info", "managed-keys-zone: loaded serial 0");
    this.#report(this.zones.load(this.policy, "changed"));
    this.log.say("general", "notice", "all zones loaded");
    this.log.say("general", "notice", "running");
  }

  #readConfiguration(): InForce | { readonly failure: string; readonly problems: readonly Problem[]; readonly message?: string } {
    const { policy, problems } = readPolicy((path) => this.#machine.files.read(path));
    if (problems.some((problem) => problem.code !== "deprecated")) {
      return { failure: problems.at(-1)?.code === "file-missing" ? "file not found" : "failure", problems };
    }
    const hints = policy.recursion ? readRootHints(policy, this.#machine.files) : { servers: [], addresses: {} };
    if ("failure" in hints) return { failure: hints.failure, problems: [], message: hints.message };
    for (const name of policy.notSimulated) this.#machine.notSimulated(`the statement ${name} in ${confPath}`);
    return inForce(policy, hints, this.#machine.clock.now());
  }

  #reconfigure(): string | undefined {
    this.log.general(`loading configuration from '${confPath}'`);
    const taken = this.#readConfiguration();
    const { directory } = "policy" in taken ? taken.policy : this.policy;
    this.log.general(`the working directory is now '${directory}'`);
    if (!("policy" in taken) && taken.message === undefined) {
      for (const problem of taken.problems)
        this.log.say("config", warnings.has(problem.code) ? "warning" : "error", describeProblem(problem));
      this.log.say("general", "error", `reloading configuration failed: ${taken.failure}`);
      return taken.failure;
    }
    this.log.general("reading built-in trust anchors from file '/etc/bind/bind.keys'");
    this.log.general("looking for GeoIP2 databases in '/usr/share/GeoIP'");
    for (const family of ["IPv4", "IPv6"]) this.log.general(`using default UDP/${family} port range: [32768, 60999]`);
    if (!("policy" in taken)) {
      this.log.say("general", "error", taken.message ?? "");
      this.log.say("general", "error", `reloading configuration failed: ${taken.failure}`);
      return taken.failure;
    }
    this.#take(taken);
    this.log.general("reloading configuration succeeded");
    return undefined;
  }

  #take(taken: InForce): void {
    const before = this.#inForce;
    this.log.general(`sizing zone task pool based on ${taken.policy.zones.length} zones`);
    if (taken.policy.recursion) this.log.say("config", "info", `none:100: 'max-cache-size 90%' - ${CACHE_SIZE}`);
    for (const name of taken.emptyZones.keys()) {
      if (!before.emptyZones.has(name)) this.log.say("zoneload", "info", `automatic empty zone: ${name}`);
    }
    for (let family = 0; family < 2; family++) this.log.general("configuring command channel from '/etc/bind/rndc.key'");
    this.#inForce = taken;
    if (taken.policy.queryLog !== before.policy.queryLog) this.queryLog = taken.policy.queryLog;
    const gone = [...this.zones.prune(taken.policy), ...[...before.emptyZones.keys()].filter((name) => !taken.emptyZones.has(name))];
    for (const name of gone) this.log.general(`zone ${name.replace(/(.)\.$/, "$1")}/IN: (primary) removed`);
    this.#endpoints.close();
    this.#endpoints = this.#open();
  }

  #report(outcomes: readonly ZoneOutcome[]): void {
    for (const { loading, zone } of outcomes) {
      this.log.load(loading.messages);
      for (const type of loading.unknownTypes) this.#machine.notSimulated(`records of type ${type} in ${zone.path}`);
    }
  }

  #open(): Endpoints {
    return openEndpoints(this.#machine, this.policy.listenOn, this.#own, (arrival) => this.#handle(arrival));
  }

  #answerGround(): AnswerGround {
    const hints = (): { readonly zone: string; readonly servers: readonly string[] } => ({
      zone: ".",
      servers: this.#inForce.hints.servers,
    });
    const resolver = createResolver({
      clock: this.#machine.clock,
      cache: this.cache,
      servers: this.#servers,
      ownCut: (name) => ownCut(this.zones, name),
      ownAddresses: (name) => this.#addressesAtHand(name),
      hints,
      minimizeNames: () => this.policy.minimizeNames,
      maxNegativeTtlSeconds: () => this.policy.maxNegativeTtlSeconds,
      timeoutMs: () => this.policy.resolverTimeoutMs,
      primingFailed: (why) => this.log.say("resolver", "notice", `resolver priming query complete: ${why}`),
    });
    return {
      policy: () => this.policy,
      own: this.#own,
      zones: this.zones,
      emptyZone: (name) => [...this.#inForce.emptyZones].find(([origin]) => isWithin(name, origin))?.[1],
      cache: this.cache,
      resolver,
      hints,
    };
  }

  #addressesAtHand(name: string): readonly string[] {
    const data = this.zones.find(name)?.data;
    const own = data === undefined ? [] : addressesInZone(data, name).filter(({ type }) => type === "A");
    if (own.length > 0) return own.flatMap((rrset) => rrset.data);
    return this.cache.find(name, "A", "additional") === undefined ? (this.#inForce.hints.addresses[name.toLowerCase()] ?? []) : [];
  }
}

function inForce(policy: BindPolicy, hints: RootHints, atMs: number): InForce {
  return { policy, hints, atMs, emptyZones: new Map(emptyZonesOf(policy).map((name) => [name, emptyZoneData(name)])) };
}

function networkOf(address: string): string {
  const octets = address.split(".").map(Number);
  return `${octets.slice(0, 3).join(".")}.${(octets[3] as number) & (256 - 2 ** (32 - NETWORK_BITS))}/${NETWORK_BITS}`;
}
