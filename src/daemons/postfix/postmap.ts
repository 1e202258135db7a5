import type { FileReader } from "../daemon.ts";
import { parseMainCf } from "./main-cf.ts";
import { PostfixFatal } from "./postfix-problem.ts";
import { compileAliases, compileMap, type DatabaseType, formatDatabase, parseDatabase } from "./tables/database.ts";
import { openTable } from "./tables/open-table.ts";
import { isFailure, type LookupTable } from "./tables/table.ts";

/** A call of postmap(1) or postalias(1), its files at hand. */
export interface PostmapRequest {
  readonly program: "postmap" | "postalias";
  readonly args: readonly string[];
  readonly stdin: string;
  /** Reads by the path as typed: the caller resolves it against the working directory. */
  readonly files: FileReader;
  isDirectory(path: string): boolean;
}

export interface PostmapAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** Databases to write, path and text. */
  readonly writes: readonly (readonly [string, string])[];
  /** What it says on stderr and into the mail log, oldest first. */
  readonly messages: readonly Message[];
}

export interface Message {
  readonly level: "warning" | "fatal";
  readonly text: string;
}

const syntax = {
  postmap: {
    letters: "bfFhimnNoprsuUvw",
    usage: "usage: postmap [-bfFhimnNoprsuUvw] [-c config_dir] [-d key] [-q key] [map_type:]file...",
  },
  postalias: { letters: "Nfinoprsuvw", usage: "usage: postalias [-Nfinoprsuvw] [-c config_dir] [-d key] [-q key] [map_type:]file..." },
} as const;

interface Call {
  readonly request: PostmapRequest;
  readonly flags: ReadonlySet<string>;
  readonly tables: readonly string[];
  readonly out: string[];
  readonly warnings: string[];
  readonly writes: Map<string, string>;
}

/** postmap(1) and postalias(1) of Postfix 3.7 as a function of their arguments and files. */
export function postmap(request: PostmapRequest): PostmapAnswer {
  const out: string[] = [];
  const warnings: string[] = [];
  const writes = new Map<string, string>();
  const answer = (code: number, complaint: string, fatal?: string): PostmapAnswer => {
    const messages: Message[] = warnings.map((text) => ({ level: "warning", text }));
    if (fatal !== undefined) messages.push({ level: "fatal", text: fatal });
    const stderr = messages.map(({ level, text }) => `${request.program}: ${level}: ${text}\n`);
    return { stdout: out.join(""), stderr: complaint + stderr.join(""), code, writes: [...writes], messages };
  };
  try {
    const { flags, values, operands, complaint } = readOptions(request);
    if (complaint !== undefined) return answer(1, `${request.program}: ${complaint}\n`, syntax[request.program].usage);
    readMain(request, values.get("c") ?? "/etc/postfix", warnings);
    const call: Call = { request, flags, tables: operands, out, warnings, writes };
    return answer(act(call, values), "");
  } catch (error) {
    if (!(error instanceof PostfixFatal)) throw error;
    warnings.push(...error.before);
    return answer(1, "", error.message);
  }
}

/** @returns the exit status */
function act(call: Call, values: ReadonlyMap<string, string>): number {
  const { request, flags, tables } = call;
  const query = values.get("q");
  const remove = values.get("d");
  if (query !== undefined && remove !== undefined) throw new PostfixFatal("specify only one of -s -q or -d");
  if (flags.has("s") && (query !== undefined || remove !== undefined)) throw new PostfixFatal("specify only one of -s or -q or -d");
  if (tables.length === 0) {
    if (flags.has("s")) return 1;
    throw new PostfixFatal(syntax[request.program].usage);
  }
  if (remove !== undefined) return removeKeys(call, remove);
  if (query !== undefined) return query === "-" ? queryMany(call) : queryOne(call, query);
  for (const table of tables) {
    if (flags.has("s")) list(call, table);
    else create(call, table);
  }
  return 0;
}

function readMain(request: PostmapRequest, directory: string, warnings: string[]): void {
  const path = `${directory}/main.cf`;
  const text = request.files.read(path);
  if (text === undefined) throw new PostfixFatal(`open ${path}: No such file or directory`);
  for (const problem of parseMainCf(text, path).problems) {
    if (problem.level === "fatal") throw new PostfixFatal(problem.message);
    warnings.push(problem.message);
  }
}

/** `hash:/etc/postfix/x` taken apart; without a type it is `$default_database_type`. */
function splitName(name: string): { readonly type: string; readonly path: string } {
  const colon = name.indexOf(":");
  return colon < 0 ? { type: "hash", path: name } : { type: name.slice(0, colon), path: name.slice(colon + 1) };
}

function fullName(name: string): string {
  const { type, path } = splitName(name);
  return `${type}:${path}`;
}

/** Opens a table for lookups; what keeps it from opening ends the program. */
function open(call: Call, name: string): LookupTable {
  const table = openTable(fullName(name), call.request.files);
  const error = table.problems.find((problem) => problem.level !== "warning");
  if (error !== undefined) throw new PostfixFatal(error.message);
  call.warnings.push(...table.problems.map((problem) => problem.message));
  return table;
}

function lookUp(table: LookupTable, key: string): string | undefined {
  const result = table.lookup(key);
  if (isFailure(result)) throw new PostfixFatal(`table ${table.name}: query error: Application error`);
  return result;
}

function queryOne(call: Call, key: string): number {
  for (const name of call.tables) {
    const value = lookUp(open(call, name), key);
    if (value === undefined) continue;
    call.out.push(`${value}\n`);
    return 0;
  }
  return 1;
}

function queryMany(call: Call): number {
  const tables = call.tables.map((name) => open(call, name));
  let found = false;
  for (const key of linesOf(call.request.stdin)) {
    const value = tables.map((table) => lookUp(table, key)).find((each) => each !== undefined);
    if (value === undefined) continue;
    found = true;
    call.out.push(`${key}\t${value}\n`);
  }
  return found ? 0 : 1;
}

function list(call: Call, name: string): void {
  const table = open(call, name);
  if (table.entries === undefined) throw new PostfixFatal(`table ${table.name}: sequence operation is not supported`);
  const separator = call.request.program === "postalias" ? ":\t" : "\t";
  for (const [key, value] of table.entries()) call.out.push(`${key}${separator}${value}\n`);
}

function removeKeys(call: Call, wanted: string): number {
  const keys = wanted === "-" ? linesOf(call.request.stdin) : [wanted];
  let found = false;
  for (const name of call.tables) {
    const { type, path } = splitName(name);
    if (!isDatabaseType(type)) throw new PostfixFatal(`${name} map requires O_RDONLY access mode`);
    const entries = new Map(readDatabase(call, path).entries);
    for (const key of keys) found = entries.delete(key.toLowerCase()) || found;
    call.writes.set(`${path}.db`, formatDatabase({ type, entries }));
  }
  return found ? 0 : 1;
}

function create(call: Call, name: string): void {
  const { request, flags } = call;
  const { type, path } = splitName(name);
  const incremental = flags.has("i");
  const source = incremental ? request.stdin : readSource(call, path);
  if (!isDatabaseType(type)) {
    refuseUnknownType(type);
    throw new PostfixFatal(`unsupported dictionary type: ${type} does not support bulk-mode creation.`);
  }
  const compile = request.program === "postalias" ? compileAliases : compileMap;
  const present = incremental && request.files.read(`${path}.db`) !== undefined;
  const { entries, problems } = compile(source, incremental ? "stdin" : path, {
    fold: !flags.has("f"),
    replace: flags.has("r"),
    databasePath: `${path}.db`,
    ...(present ? { existing: readDatabase(call, path).entries } : {}),
  });
  call.warnings.push(...problems.map((problem) => problem.message));
  call.writes.set(`${path}.db`, formatDatabase({ type, entries }));
}

/** Types that Debian's postfix and postfix-pcre know beside those that can be written. */
const readOnlyTypes: ReadonlySet<string> = new Set(
  "cidr environ fail inline internal memcache nis pcre pipemap proxy randmap regexp socketmap static tcp texthash unionmap unix".split(" "),
);

function refuseUnknownType(type: string): void {
  if (readOnlyTypes.has(type)) return;
  throw new PostfixFatal(`unsupported dictionary type: ${type}. Is the postfix-${type} package installed?`);
}

function readSource(call: Call, path: string): string {
  if (call.request.isDirectory(path)) throw new PostfixFatal(`read ${path}: Is a directory`);
  const text = call.request.files.read(path);
  if (text === undefined) throw new PostfixFatal(`open ${path}: No such file or directory`);
  return text;
}

function readDatabase(call: Call, path: string): { readonly entries: ReadonlyMap<string, string> } {
  const text = call.writes.get(`${path}.db`) ?? call.request.files.read(`${path}.db`);
  const database = text === undefined ? undefined : parseDatabase(text);
  if (database !== undefined) return database;
  throw new PostfixFatal(`open database ${path}.db: ${text === undefined ? "No such file or directory" : "Invalid argument"}`);
}

function isDatabaseType(type: string): type is DatabaseType {
  return type === "hash" || type === "btree";
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

function readOptions(request: PostmapRequest): {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  readonly complaint?: string;
} {
  const { args, program } = request;
  const flags = new Set<string>();
  const values = new Map<string, string>();
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") {
      index++;
      break;
    }
    if (!arg.startsWith("-") || arg === "-") break;
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] ?? "";
      if ((syntax[program].letters as string).includes(letter)) {
        flags.add(letter);
        continue;
      }
      if (!"cdq".includes(letter)) return { flags, values, operands: [], complaint: `invalid option -- '${letter}'` };
      const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++index];
      if (value === undefined) return { flags, values, operands: [], complaint: `option requires an argument -- '${letter}'` };
      values.set(letter, value);
      break;
    }
  }
  return { flags, values, operands: args.slice(index) };
}
