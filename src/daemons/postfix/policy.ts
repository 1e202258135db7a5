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
  return createPolicy({
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

function createPolicy(source: PolicySource): PostfixPolicy {
  const { files, settings, overrides, services } = source;
  const runtime: Readonly<Record<string, () => string>> = {
    myhostname: () => (source.hostName.includes(".") ? source.hostName : `${source.hostName}.${raw("mydomain") ?? "localdomain"}`),
    mydomain: () => domainOf(settings.get("myhostname") ?? source.hostName),
    mynetworks: () => "127.0.0.0/8",
  };
  const set = (name: string): string | undefined => overrides[name] ?? settings.get(name);
  const raw = (name: string): string | undefined => set(name) ?? runtime[name]?.() ?? defaultOf(name, services);
  const cache = new Map<string, string>();
  const get = (name: string): string => {
    const known = cache.get(name);
    if (known !== undefined) return known;
    const value = expandMacros(raw(name) ?? "", raw);
    cache.set(name, value);
    return value;
  };
  return {
    get,
    raw,
    isSet: (name) => set(name) !== undefined,
    int: (name) => {
      const value = get(name);
      if (!/^\s*[+-]?\d+$/.test(value) || Math.abs(Number(value)) > 2 ** 31 - 1) throw badNumber(name, value);
      return Number(value);
    },
    bool: (name) => {
      const value = get(name).toLowerCase();
      if (value !== "yes" && value !== "no") throw new PostfixFatal(`bad boolean configuration: ${name} = ${get(name)}`);
      return value === "yes";
    },
    timeMs: (name) => {
      const value = get(name);
      const unit = expandMacros(defaultOf(name, services) ?? "0s", raw).slice(-1);
      const timeMs = parseTimeMs(value, /[smhdw]/.test(unit) ? unit : "s");
      if (timeMs === undefined) throw new PostfixFatal(`parameter ${name}: bad time value or unit: ${value}`);
      return timeMs;
    },
    sizeBytes: (name) => {
      const sizeBytes = parseSizeBytes(get(name));
      if (sizeBytes === undefined) throw badNumber(name, get(name));
      return sizeBytes;
    },
    list: (name) => expandList(get(name), files),
    services,
    forService: (service) => createPolicy({ ...source, overrides: { ...overrides, ...service.overrides } }),
    ...nameReport(source),
    problems: source.problems,
    entries: source.entries,
  };
}

function badNumber(name: string, value: string): PostfixFatal {
  return new PostfixFatal(`bad numerical configuration: ${name} = ${value}`);
}

/** Everything after the first dot; `localdomain` where there is none. */
function domainOf(hostName: string): string {
  const dot = hostName.indexOf(".");
  return dot < 0 ? "localdomain" : hostName.slice(dot + 1);
}

function nameReport(source: PolicySource): { readonly unsimulated: readonly string[]; readonly unknown: readonly string[] } {
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
