import { describeProblem, type Problem } from "../../../../base/problem.ts";
import { type BindPolicy, confPath, readPolicy } from "../../../../daemons/bind/policy.ts";
import type { Machine } from "../../machine.ts";
import { emptyZoneData, emptyZonesOf } from "./empty-zones.ts";
import type { NamedLog } from "./named-log.ts";
import { type RootHints, readRootHints } from "./root-hints.ts";
import type { ZoneData } from "./zone-data.ts";

/** The configuration in force. */
export interface Configuration {
  readonly policy: BindPolicy;
  readonly hints: RootHints;
  readonly emptyZones: ReadonlyMap<string, ZoneData>;
  /** When it was read. */
  readonly atMs: number;
}

/** Why a configuration is not taken. */
export interface Refusal {
  /** In ISC's words, as rndc prints it. */
  readonly failure: string;
  /** What is wrong in the text. */
  readonly problems: readonly Problem[];
  /** What else is wrong. */
  readonly message?: string;
}

/** What 90 % of this machine's memory come to; named remarks on it when it reads its configuration. */
const CACHE_SIZE = "setting to 1779MB (out of 1976MB)";
/** The problems that named writes as warnings, though it does not take the configuration either. */
const warnings = new Set(["undefined-acl", "deprecated"]);
/** What ISC's libraries call the end of a parse, by our problem's code. */
const results: Readonly<Record<string, string>> = {
  "file-missing": "file not found",
  "unexpected-token": "unexpected token",
  "unexpected-end": "unexpected end of input",
  redefined: "already exists",
};

/** A configuration with what follows from it. */
export function configured(policy: BindPolicy, hints: RootHints, atMs: number): Configuration {
  return { policy, hints, atMs, emptyZones: new Map(emptyZonesOf(policy).map((name) => [name, emptyZoneData(name)])) };
}

/** Reads the configuration from the machine's files. What it asks for and is not simulated is said. */
export function readConfiguration(machine: Machine): Configuration | Refusal {
  const { policy, problems } = readPolicy((path) => machine.files.read(path));
  if (problems.some((problem) => problem.code !== "deprecated")) {
    return { failure: results[problems.at(-1)?.code ?? ""] ?? "failure", problems };
  }
  const hints = policy.recursion ? readRootHints(policy, machine.files) : { servers: [], addresses: {} };
  if ("failure" in hints) return { failure: hints.failure, problems: [], message: hints.message };
  for (const name of policy.notSimulated) machine.notSimulated(`the statement ${name} in ${confPath}`);
  // Read, but not followed: the resolver always asks the authorities itself.
  if (policy.forwarders.length > 0) machine.notSimulated(`the statement forwarders in ${confPath}`);
  for (const { name, type } of policy.zones) {
    if (type === "forward" || type === "other")
      machine.notSimulated(`the zone ${name} in ${confPath}: only primary and hint zones are served`);
  }
  return configured(policy, hints, machine.clock.now());
}

/** What named says while it reads its configuration again, up to the point where it takes it or refuses it. */
export function reportReading(log: NamedLog, read: Configuration | Refusal, current: BindPolicy): void {
  log.general(`loading configuration from '${confPath}'`);
  log.general(`the working directory is now '${("policy" in read ? read.policy : current).directory}'`);
  const isUnreadable = "failure" in read && read.message === undefined;
  if (isUnreadable) {
    for (const problem of read.problems) log.say("config", warnings.has(problem.code) ? "warning" : "error", describeProblem(problem));
  } else {
    log.general("reading built-in trust anchors from file '/etc/bind/bind.keys'");
    log.general("looking for GeoIP2 databases in '/usr/share/GeoIP'");
    for (const family of ["IPv4", "IPv6"]) log.general(`using default UDP/${family} port range: [32768, 60999]`);
  }
  if (!("failure" in read)) return;
  if (read.message !== undefined) log.say("general", "error", read.message);
  log.say("general", "error", `reloading configuration failed: ${read.failure}`);
}

/** What named says while it puts a configuration into force. */
export function reportTaking(log: NamedLog, taken: Configuration, before: Configuration): void {
  const { policy, emptyZones } = taken;
  log.general(`sizing zone task pool based on ${policy.zones.length} zones`);
  if (policy.recursion) log.say("config", "info", `none:100: 'max-cache-size 90%' - ${CACHE_SIZE}`);
  for (const name of emptyZones.keys()) {
    if (!before.emptyZones.has(name)) log.say("zoneload", "info", `automatic empty zone: ${name}`);
  }
  for (let family = 0; family < 2 && !policy.hasControls; family++) log.general("configuring command channel from '/etc/bind/rndc.key'");
}
