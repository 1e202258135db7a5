import type { OwnAddresses } from "../../../../daemons/bind/address-list.ts";
import type { BindPolicy } from "../../../../daemons/bind/policy.ts";
import { isWithin } from "../../../../mail/dns.ts";
import type { Machine } from "../../machine.ts";
import { type Program, StartFailure } from "../../program.ts";
import { type AnswerGround, ownCut } from "./answer.ts";
import { type Cache, type CacheMemory, createCache } from "./cache.ts";
import { type Configuration, configured, readConfiguration, reportReading, reportTaking } from "./configuration.ts";
import { createCookies } from "./cookies.ts";
import { type Endpoints, openEndpoints } from "./endpoints.ts";
import { createNamedLog, type NamedLog } from "./named-log.ts";
import { createQueryHandler } from "./query-handler.ts";
import { Resolver } from "./resolver.ts";
import type { RootHints } from "./root-hints.ts";
import { createServerTable, type ServerMemory, type ServerTable } from "./server-table.ts";
import { addressesInZone } from "./zone-data.ts";
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

/** Prefix length of every network of a range, which decides what `localnets` covers. */
const NETWORK_BITS = 26;

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
  #inForce: Configuration;
  #endpoints: Endpoints;

  /** @throws StartFailure when the configuration cannot be taken */
  constructor(machine: Machine, memory?: unknown) {
    const from = memory as NamedMemory | undefined;
    this.#machine = machine;
    this.pid = from?.pid ?? machine.newPid();
    this.bootedAtMs = from?.bootedAtMs ?? machine.clock.now();
    this.#cookieSecret = from?.cookieSecret ?? machine.random.hex(32);
    this.#own = { addresses: machine.net.addresses, networks: machine.net.addresses.map((address) => networkOf(address)) };
    this.#inForce = from === undefined ? this.#firstConfiguration() : configured(from.policy, from.hints, from.configuredAtMs);
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
  #firstConfiguration(): Configuration {
    const read = readConfiguration(this.#machine);
    if ("policy" in read) return read;
    throw new StartFailure("bind", "");
  }

  #loadFirst(): void {
    this.log.say("zoneload", "info", "managed-keys-zone: loaded serial 0");
    this.#report(this.zones.load(this.policy, "changed"));
    this.log.say("general", "notice", "all zones loaded");
    this.log.say("general", "notice", "running");
  }

  #reconfigure(): string | undefined {
    const read = readConfiguration(this.#machine);
    reportReading(this.log, read, this.policy);
    if ("failure" in read) return read.failure;
    this.#take(read);
    this.log.general("reloading configuration succeeded");
    return undefined;
  }

  #take(taken: Configuration): void {
    const before = this.#inForce;
    reportTaking(this.log, taken, before);
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
    const resolver = new Resolver({
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

function networkOf(address: string): string {
  const octets = address.split(".").map(Number);
  return `${octets.slice(0, 3).join(".")}.${(octets[3] as number) & (256 - 2 ** (32 - NETWORK_BITS))}/${NETWORK_BITS}`;
}
