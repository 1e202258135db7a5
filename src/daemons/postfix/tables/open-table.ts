import type { FileReader } from "../../daemon.ts";
import { PostfixFatal } from "../postfix-problem.ts";
import { openCidrTable } from "./cidr-table.ts";
import { openPatternTable } from "./pattern-table.ts";
import { openDatabase, openInline, openStatic, openTextHash, openUnix } from "./stored-table.ts";
import { isFailure, type LookupResult, type LookupTable } from "./table.ts";

/** Types that Postfix 3.7 on Debian has and that we do not simulate. */
const unsimulatedTypes: ReadonlySet<string> = new Set(["environ", "memcache", "nis", "randmap", "socketmap", "tcp"]);

/** True for a table whose type is real and not simulated: nothing is ever found in it. */
export function isUnsimulatedTable(name: string): boolean {
  return unsimulatedTypes.has(typeOf(name.replace(/^proxy:/, "")) ?? "");
}

/** Tells a table (`hash:/etc/postfix/x`) from another member of a list. */
export function isTableName(member: string): boolean {
  return typeOf(member) !== undefined;
}

/**
 * Opens a table by its configured name. Files are read from the host; a missing one shows with the lookups, not here.
 * @throws PostfixFatal with Postfix's words for an unknown type or a name that cannot be read
 */
export function openTable(name: string, files: FileReader): LookupTable {
  const type = typeOf(name) ?? "hash";
  const content = typeOf(name) === undefined ? name : name.slice(type.length + 1);
  if (content === "") throw new PostfixFatal(`open dictionary: expecting "type:name" form instead of "${name}"`);
  switch (type) {
    case "hash":
    case "btree":
      return openDatabase(type, content, files);
    case "texthash":
      return openTextHash(content, files);
    case "regexp":
    case "pcre":
      return openPatternTable(type, content, files);
    case "cidr":
      return openCidrTable(content, files);
    case "inline":
      return openInline(name, content);
    case "static":
      return openStatic(name, content);
    case "unix":
      return openUnix(name, content, files);
    case "proxy":
      return { ...openTable(content, files), name };
    case "fail":
      return { name, fixedKeys: true, lookup: () => ({ failure: `${name} lookup error` }), problems: [] };
    case "internal":
      return { name, fixedKeys: true, lookup: () => undefined, problems: [] };
    case "unionmap":
    case "pipemap":
      return openCombined(type, name, content, files);
    default:
      if (unsimulatedTypes.has(type)) return { name, fixedKeys: true, lookup: () => undefined, problems: [] };
      throw new PostfixFatal(`unsupported dictionary type: ${type}`);
  }
}

function typeOf(name: string): string | undefined {
  return /^([A-Za-z0-9_]+):/.exec(name)?.[1];
}

/** `unionmap:{a, b}` joins what both give with a comma; `pipemap:{a, b}` looks up in b what a gives. */
function openCombined(type: "unionmap" | "pipemap", name: string, content: string, files: FileReader): LookupTable {
  const inside = /^\{(.*)\}$/s.exec(content)?.[1];
  const members = inside?.match(/(?:\{[^}]*\}|[^\s,{}])+/g) ?? [];
  if (members.length === 0) throw new PostfixFatal(`bad syntax: "${name}"; need "${type}:{type:name...}"`);
  const tables = members.map((member) => openTable(member, files));
  const union = (key: string): LookupResult => {
    const results = tables.map((table) => table.lookup(key));
    const found = results.filter((result) => typeof result === "string");
    return results.find(isFailure) ?? (found.length === 0 ? undefined : found.join(","));
  };
  const pipe = (key: string): LookupResult =>
    tables.reduce<LookupResult>((result, table) => (typeof result === "string" ? table.lookup(result) : result), key);
  return {
    name,
    fixedKeys: tables.every((table) => table.fixedKeys),
    lookup: type === "unionmap" ? union : pipe,
    problems: tables.flatMap((table) => table.problems),
  };
}
