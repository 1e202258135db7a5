import type { FileReader } from "../daemon.ts";
import { expandMacros } from "./macro.ts";
import { type MainCfEntry, parseMainCf } from "./main-cf.ts";
import { type MasterService, parseMasterCf } from "./master-cf.ts";
import { defaultOf, isSimulated } from "./parameters.ts";
import { PostfixFatal, type PostfixProblem } from "./postfix-problem.ts";
import { parseSizeBytes, parseTimeMs } from "./units.ts";

/**
 * What Postfix makes of its files: the policy a simulated Postfix follows. The getters end as the real program does when a value
 * makes no sense: they throw a PostfixFatal with its words (`bad numerical configuration: message_size_limit = 10MB`).
 */
export interface PostfixPolicy {
  /** The value with `$name` expanded; the built-in default where main.cf does not set it; "" for a name nobody knows. */
  get(name: string): string;
  /** The value as it stands in the file, or the default; undefined for a name that is neither set nor built in. */
  raw(name: string): string | undefined;
  /** True when main.cf or a service's -o sets it. */
  isSet(name: string): boolean;
  int(name: string): number;
  bool(name: string): boolean;
  /** A number without a unit is in the unit of the parameter's default: days for maximal_queue_lifetime, else mostly seconds. */
  timeMs(name: string): number;
  sizeBytes(name: string): number;
  /**
   * The members of a list, split at commas and white space (`{ ... }` stays together), with `/file` members replaced by what the
   * file lists. A leading `!` is kept. Tables (`hash:/etc/postfix/x`) are members like others.
   */
  list(name: string): readonly string[];
  readonly services: readonly MasterService[];
  /** The policy as the processes of one service see it: its `-o name=value` come first. */
  forService(service: MasterService): PostfixPolicy;
  /** Built-in parameters that main.cf or master.cf set and that are not simulated, sorted. */
  readonly unsimulated: readonly string[];
  /** Names that are set and that no program and no other value uses, in the order of main.cf: probably typing slips. */
  readonly unknown: readonly string[];
  readonly problems: readonly PostfixProblem[];
  readonly entries: readonly MainCfEntry[];
}

export const configDirectory = "/etc/postfix";

/** Reads main.cf and master.cf from one host's files. @param hostName what gethostname(2) gives there */
export function readPolicy(files: FileReader, hostName = hostNameOf(files)): PostfixPolicy {
  const mainPath = `${configDirectory}/main.cf`;
  const masterPath = `${configDirectory}/master.cf`;
  const mainText = files.read(mainPath);
  const masterText = files.read(masterPath);
  const main = mainText === undefined ? { entries: [], problems: [missing(mainPath)] } : parseMainCf(mainText, mainPath);
  const master = masterText === undefined ? { services: [], problems: [missing(masterPath)] } : parseMasterCf(masterText, masterPath);
  const settings = new Map(main.entries.map((entry) => [entry.name, entry.value]));
  return new Policy({
    files,
    hostName,
    entries: main.entries,
    services: master.services,
    problems: [...main.problems, ...master.problems],
    settings,
    overrides: {},
  });
}

function missing(path: string): PostfixProblem {
  return { level: "fatal", code: "no-such-file", message: `open ${path}: No such file or directory`, where: { file: path } };
}

/** What gethostname(2) gives on a Debian host. */
export function hostNameOf(files: FileReader): string {
  return files.read("/etc/hostname")?.trim() || "localhost";
}

/** Parameters whose default is worked out at run time. */
const runtimeNames: ReadonlySet<string> = new Set(["myhostname", "mydomain", "mynetworks", "process_id", "process_name", "service_name"]);

interface PolicySource {
  readonly files: FileReader;
  readonly hostName: string;
  readonly entries: readonly MainCfEntry[];
  readonly services: readonly MasterService[];
  readonly problems: readonly PostfixProblem[];
  readonly settings: ReadonlyMap<string, string>;
  readonly overrides: Readonly<Record<string, string>>;
}

/** A class, because every service of every host holds one: what is worked out is kept, the methods are shared. */
class Policy implements PostfixPolicy {
  readonly services: readonly MasterService[];
  readonly problems: readonly PostfixProblem[];
  readonly entries: readonly MainCfEntry[];
  readonly #source: PolicySource;
  readonly #known = new Map<string, string>();
  #names: NameReport | undefined;

  constructor(source: PolicySource) {
    this.#source = source;
    this.services = source.services;
    this.problems = source.problems;
    this.entries = source.entries;
  }

  get unsimulated(): readonly string[] {
    return this.#nameReport().unsimulated;
  }

  get unknown(): readonly string[] {
    return this.#nameReport().unknown;
  }

  get(name: string): string {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const value = expandMacros(this.raw(name) ?? "", (other) => this.raw(other));
    this.#known.set(name, value);
    return value;
  }

  raw(name: string): string | undefined {
    return this.#set(name) ?? this.#atRunTime(name) ?? defaultOf(name, this.services);
  }

  isSet(name: string): boolean {
    return this.#set(name) !== undefined;
  }

  int(name: string): number {
    const value = this.get(name);
    if (!/^\s*[+-]?\d+$/.test(value) || Math.abs(Number(value)) > 2 ** 31 - 1) throw badNumber(name, value);
    return Number(value);
  }

  bool(name: string): boolean {
    const value = this.get(name).toLowerCase();
    if (value !== "yes" && value !== "no") throw new PostfixFatal(`bad boolean configuration: ${name} = ${this.get(name)}`);
    return value === "yes";
  }

  timeMs(name: string): number {
    const value = this.get(name);
    const unit = expandMacros(defaultOf(name, this.services) ?? "0s", (other) => this.raw(other)).slice(-1);
    const timeMs = parseTimeMs(value, /[smhdw]/.test(unit) ? unit : "s");
    if (timeMs === undefined) throw new PostfixFatal(`parameter ${name}: bad time value or unit: ${value}`);
    return timeMs;
  }

  sizeBytes(name: string): number {
    const sizeBytes = parseSizeBytes(this.get(name));
    if (sizeBytes === undefined) throw badNumber(name, this.get(name));
    return sizeBytes;
  }

  list(name: string): readonly string[] {
    return expandList(this.get(name), this.#source.files);
  }

  forService(service: MasterService): PostfixPolicy {
    return new Policy({ ...this.#source, overrides: { ...this.#source.overrides, ...service.overrides } });
  }

  #set(name: string): string | undefined {
    return this.#source.overrides[name] ?? this.#source.settings.get(name);
  }

  /** Defaults that Postfix works out when it starts. */
  #atRunTime(name: string): string | undefined {
    const { hostName, settings } = this.#source;
    if (name === "myhostname") return hostName.includes(".") ? hostName : `${hostName}.${this.raw("mydomain") ?? "localdomain"}`;
    if (name === "mydomain") return domainOf(settings.get("myhostname") ?? hostName);
    return name === "mynetworks" ? "127.0.0.0/8" : undefined;
  }

  #nameReport(): NameReport {
    this.#names ??= nameReport(this.#source);
    return this.#names;
  }
}

function badNumber(name: string, value: string): PostfixFatal {
  return new PostfixFatal(`bad numerical configuration: ${name} = ${value}`);
}

/** Everything after the first dot; `localdomain` where there is none. */
function domainOf(hostName: string): string {
  const dot = hostName.indexOf(".");
  return dot < 0 ? "localdomain" : hostName.slice(dot + 1);
}

interface NameReport {
  readonly unsimulated: readonly string[];
  readonly unknown: readonly string[];
}

function nameReport(source: PolicySource): NameReport {
  const names = new Set([...source.settings.keys(), ...source.services.flatMap((service) => Object.keys(service.overrides))]);
  const values = [
    ...source.settings.values(),
    ...source.services.flatMap((service) => [...Object.values(service.overrides), ...service.args]),
  ];
  const known = (name: string): boolean => runtimeNames.has(name) || defaultOf(name, source.services) !== undefined;
  const used = (name: string): boolean => values.some((value) => new RegExp(`\\$[{(]?\\s*${name}\\b`).test(value));
  return {
    unsimulated: [...names].filter((name) => known(name) && !isSimulated(name)).sort(),
    unknown: [...names].filter((name) => !known(name) && !used(name)),
  };
}

/** Splits a list and reads its `/file` members. A file that is not there is a fatal error, as in match_list(3). */
export function expandList(value: string, files: FileReader): readonly string[] {
  return splitList(value).flatMap((member) => {
    const [, not = "", path = ""] = /^(!*)(\/.*)$/.exec(member) ?? [];
    if (path === "") return [member];
    const text = files.read(path);
    if (text === undefined) throw new PostfixFatal(`open file ${path}: No such file or directory`);
    const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
    return lines.flatMap((line) => expandList(line, files)).map((inner) => not + inner);
  });
}

/** Splits at commas and white space; `{ ... }` is one member. */
export function splitList(value: string): readonly string[] {
  return value.match(/(?:\{(?:[^{}]|\{[^{}]*\})*\}|[^\s,{}]|[{}])+/g) ?? [];
}
