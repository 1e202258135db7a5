import type { Problem } from "../../base/problem.ts";
import { absoluteName, plainName } from "../../mail/dns.ts";
import { type AddressList, readAddressList } from "./address-list.ts";
import { type Clause, parseConf } from "./conf-parser.ts";
import { type LogPolicy, readLogging } from "./log-policy.ts";
import { parseName, parseTtl } from "./names.ts";

/** Debian's main configuration file. */
export const confPath = "/etc/bind/named.conf";

/** What named does, as its configuration says. */
export interface BindPolicy {
  /** Relative file names start here. */
  readonly directory: string;
  /** Port 53 on these of the host's addresses. */
  readonly listenOn: AddressList;
  readonly queryLog: boolean;
  readonly recursion: boolean;
  readonly allowRecursion: AddressList;
  readonly allowQuery: AddressList;
  readonly allowQueryCache: AddressList;
  readonly allowTransfer: AddressList;
  readonly forwarders: readonly string[];
  readonly forwardOnly: boolean;
  /** Built-in empty zones (RFC 6303) are served by a recursive server unless switched off. */
  readonly emptyZones: boolean;
  readonly minimalResponses: "yes" | "no" | "no-auth" | "no-auth-recursive";
  readonly minimizeNames: boolean;
  readonly maxCacheTtlSeconds: number;
  readonly maxNegativeTtlSeconds: number;
  readonly servfailTtlSeconds: number;
  readonly resolverTimeoutMs: number;
  readonly checkNames: "fail" | "warn" | "ignore";
  readonly logging: LogPolicy;
  /** The control channel has a statement of its own; else its key stands in /etc/bind/rndc.key. */
  readonly hasControls: boolean;
  readonly zones: readonly ZonePolicy[];
  /** Statements that are real, but have no effect here. */
  readonly notSimulated: readonly string[];
}

export interface ZonePolicy {
  /** Absolute. */
  readonly name: string;
  readonly type: "primary" | "hint" | "forward" | "other";
  readonly file: string | undefined;
  readonly allowQuery: AddressList | undefined;
  readonly allowTransfer: AddressList | undefined;
  readonly checkNames: "fail" | "warn" | "ignore" | undefined;
  readonly forwarders: readonly string[];
  readonly forwardOnly: boolean;
}

const any: AddressList = [{ not: false, match: "any" }];
const nearby: AddressList = [
  { not: false, match: "localnets" },
  { not: false, match: "localhost" },
];

/** Statements that the simulation follows, or that change nothing in a range (no DNSSEC, no transfers, no IPv6 network). */
const followed = new Set(
  "allow-query allow-query-cache allow-recursion check-names directory dnssec-validation empty-zones-enable forward forwarders listen-on listen-on-v6 max-cache-ttl max-ncache-ttl minimal-responses qname-minimization querylog recursion resolver-query-timeout servfail-ttl allow-transfer allow-update notify also-notify auth-nxdomain version hostname server-id pid-file session-keyfile dump-file statistics-file memstatistics-file managed-keys-directory key-directory bindkeys-file type file zone-statistics max-cache-size recursive-clients tcp-clients interface-interval".split(
    " ",
  ),
);
const followedTop = new Set(["options", "zone", "acl", "logging", "include", "controls", "key"]);

/**
 * Reads named.conf with what it includes.
 * @param path Debian's place where it is not given
 * @returns the policy, and in BIND's words what is wrong; named does not start, or keeps its old configuration, when
 *   there is a problem whose code is not `deprecated`.
 */
export function readPolicy(
  read: (path: string) => string | undefined,
  path: string = confPath,
): { readonly policy: BindPolicy; readonly problems: readonly Problem[] } {
  const parsed = parseConf(path, read);
  const problems = [...parsed.problems];
  const isBroken = problems.some((problem) => problem.code !== "deprecated");
  const clauses = isBroken ? [] : parsed.clauses;
  const acls = readAcls(clauses, problems);
  const inside = clauses.filter((clause) => nameOf(clause) === "options").flatMap(blockOf);
  const logging = readLogging(clauses, problems);
  const options = { ...readOptions(inside, acls, problems, logging), hasControls: clauses.some((clause) => nameOf(clause) === "controls") };
  const viewed = clauses.filter((clause) => nameOf(clause) === "view").flatMap(blockOf);
  const zones = [...clauses, ...viewed].filter((clause) => nameOf(clause) === "zone");
  const notSimulated = [
    ...clauses.map(nameOf).filter((name) => !followedTop.has(name)),
    ...[...inside, ...zones.flatMap(blockOf)].map(nameOf).filter((name) => !followed.has(name)),
  ];
  return {
    policy: { ...options, zones: readZones(zones, acls, problems), notSimulated: [...new Set(notSimulated)].sort() },
    problems,
  };
}

function readAcls(clauses: readonly Clause[], problems: Problem[]): ReadonlyMap<string, AddressList> {
  const acls = new Map<string, AddressList>();
  for (const clause of clauses.filter((candidate) => nameOf(candidate) === "acl")) {
    acls.set(wordsOf(clause)[1] ?? "", readAddressList(blockOf(clause), acls, problems));
  }
  return acls;
}

function readOptions(
  options: readonly Clause[],
  acls: ReadonlyMap<string, AddressList>,
  problems: Problem[],
  logging: LogPolicy,
): Omit<BindPolicy, "zones" | "notSimulated" | "hasControls"> {
  const value = (name: string): string | undefined => wordsOf(options.find((clause) => nameOf(clause) === name))[1];
  const flag = (name: string, standard: boolean): boolean => {
    const text = value(name);
    return text === undefined ? standard : isYes(text);
  };
  const seconds = (name: string, standard: number): number => parseTtl(value(name) ?? "") ?? standard;
  const list = (name: string): AddressList | undefined => {
    const clause = options.find((candidate) => nameOf(candidate) === name);
    return clause === undefined ? undefined : readAddressList(blockOf(clause), acls, problems);
  };
  const listenOn = options.filter((clause) => nameOf(clause) === "listen-on" && (portOf(clause) ?? 53) === 53);
  const recursion = flag("recursion", true);
  const allowQuery = list("allow-query");
  const allowQueryCache = list("allow-query-cache");
  const allowRecursion = list("allow-recursion");
  const minimal = value("minimal-responses");
  return {
    directory: value("directory") ?? "/var/cache/bind",
    listenOn: options.some((clause) => nameOf(clause) === "listen-on")
      ? listenOn.flatMap((clause) => readAddressList(blockOf(clause), acls, problems))
      : any,
    queryLog: flag("querylog", logging.hasQueryCategory),
    recursion,
    allowRecursion: recursion ? (allowRecursion ?? allowQueryCache ?? allowQuery ?? nearby) : [],
    allowQuery: allowQuery ?? any,
    allowQueryCache: recursion ? (allowQueryCache ?? allowRecursion ?? allowQuery ?? nearby) : [],
    allowTransfer: list("allow-transfer") ?? any,
    forwarders: readForwarders(options),
    forwardOnly: value("forward") === "only",
    emptyZones: flag("empty-zones-enable", true),
    minimalResponses:
      minimal === "no-auth" || minimal === "no-auth-recursive"
        ? minimal
        : minimal === undefined
          ? "no-auth-recursive"
          : isYes(minimal)
            ? "yes"
            : "no",
    minimizeNames: !["off", "disabled"].includes(value("qname-minimization") ?? "relaxed"),
    maxCacheTtlSeconds: seconds("max-cache-ttl", 604_800),
    maxNegativeTtlSeconds: seconds("max-ncache-ttl", 10_800),
    servfailTtlSeconds: Math.min(30, seconds("servfail-ttl", 1)),
    resolverTimeoutMs: resolverTimeoutMs(Number(value("resolver-query-timeout") ?? 10)),
    checkNames: readCheckNames(options),
    logging,
  };
}

/** Below 301 the number counts seconds, from there on milliseconds (the reference manual, `resolver-query-timeout`). */
function resolverTimeoutMs(value: number): number {
  return value === 0 ? 10_000 : value <= 300 ? Math.min(value, 30) * 1000 : Math.min(value, 30_000);
}

function readCheckNames(options: readonly Clause[]): BindPolicy["checkNames"] {
  const clause = options.find((candidate) => nameOf(candidate) === "check-names" && /^(primary|master)$/.test(wordsOf(candidate)[1] ?? ""));
  return verdictOf(wordsOf(clause)[2]) ?? "fail";
}

function verdictOf(word: string | undefined): BindPolicy["checkNames"] | undefined {
  return word === "fail" || word === "warn" || word === "ignore" ? word : undefined;
}

function readForwarders(options: readonly Clause[]): readonly string[] {
  const clause = options.find((candidate) => nameOf(candidate) === "forwarders");
  return clause === undefined ? [] : blockOf(clause).flatMap((element) => wordsOf(element).slice(0, 1));
}

function readZones(clauses: readonly Clause[], acls: ReadonlyMap<string, AddressList>, problems: Problem[]): readonly ZonePolicy[] {
  const first = new Map<string, Clause>();
  const zones: ZonePolicy[] = [];
  for (const clause of clauses) {
    const zone = readZone(clause, acls, problems);
    if (zone === undefined) continue;
    const key = zone.name.toLowerCase();
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, clause);
    else {
      const text = `already exists previous definition: ${earlier.file}:${earlier.line}`;
      problems.push(zoneProblem(clause, plainName(zone.name), text));
    }
    zones.push(zone);
  }
  return zones;
}

function readZone(clause: Clause, acls: ReadonlyMap<string, AddressList>, problems: Problem[]): ZonePolicy | undefined {
  const written = wordsOf(clause)[1] ?? "";
  const name = parseName(absoluteName(written), ".");
  const value = (option: string): string | undefined => wordsOf(blockOf(clause).find((candidate) => nameOf(candidate) === option))[1];
  const type = value("type");
  const list = (option: string): AddressList | undefined => {
    const found = blockOf(clause).find((candidate) => nameOf(candidate) === option);
    return found === undefined ? undefined : readAddressList(blockOf(found), acls, problems);
  };
  const wrong =
    typeof name !== "string"
      ? "is not a valid name"
      : type === undefined
        ? "type not present"
        : /^(secondary|slave|mirror|stub)$/.test(type) && !blockOf(clause).some((option) => /^(primaries|masters)$/.test(nameOf(option)))
          ? "missing 'primaries' entry"
          : /^(primary|master|hint|redirect)$/.test(type) && value("file") === undefined
            ? "missing 'file' entry"
            : undefined;
  if (wrong !== undefined || typeof name !== "string") {
    problems.push(zoneProblem(clause, written, wrong ?? ""));
    return undefined;
  }
  return {
    name,
    type: type === "primary" || type === "master" ? "primary" : type === "hint" || type === "forward" ? type : "other",
    file: value("file"),
    allowQuery: list("allow-query"),
    allowTransfer: list("allow-transfer"),
    checkNames: verdictOf(value("check-names")),
    forwarders: readForwarders(blockOf(clause)),
    forwardOnly: value("forward") === "only",
  };
}

function zoneProblem(clause: Clause, name: string, text: string): Problem {
  return { code: "zone", message: `zone '${name}': ${text}`, where: { file: clause.file, line: clause.line } };
}

function portOf(clause: Clause): number | undefined {
  const words = wordsOf(clause);
  const at = words.indexOf("port");
  return at < 0 ? undefined : Number(words[at + 1]);
}

function isYes(word: string): boolean {
  return /^(yes|true|1)$/i.test(word);
}

/** The name that begins a clause. */
export function nameOf(clause: Clause): string {
  return wordsOf(clause)[0] ?? "";
}

/** The words of a clause, blocks left out. */
export function wordsOf(clause: Clause | undefined): readonly string[] {
  return (clause?.parts ?? []).flatMap((part) => ("word" in part ? [part.word] : []));
}

/** What stands in the clause's blocks. */
export function blockOf(clause: Clause): readonly Clause[] {
  return clause.parts.flatMap((part) => ("block" in part ? part.block : []));
}
