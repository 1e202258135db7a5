import type { FileReader } from "../../daemon.ts";
import { PostfixFatal } from "../postfix-problem.ts";
import { compileMap, type Database, parseDatabase } from "./database.ts";
import { type LookupTable, tableWarning } from "./table.ts";

/**
 * `hash:` and `btree:`: reads the compiled `path.db`. A missing file is no error until something is looked up. The file is read
 * again when it has changed, as Postfix's processes restart when a table has changed.
 */
export function openDatabase(type: "hash" | "btree", path: string, files: FileReader): LookupTable {
  const name = `${type}:${path}`;
  let snapshot: { readonly text: string; readonly database: Database | undefined } | undefined;
  const read = (): ReadonlyMap<string, string> | string => {
    const text = files.read(`${path}.db`);
    if (text === undefined) return "No such file or directory";
    if (snapshot?.text !== text) snapshot = { text, database: parseDatabase(text) };
    return snapshot.database?.entries ?? "Invalid argument";
  };
  const opened = read();
  return {
    name,
    fixedKeys: true,
    lookup: (key) => {
      const entries = read();
      if (typeof entries === "string") return { failure: `${name} is unavailable. open database ${path}.db: ${entries}` };
      return entries.get(key.toLowerCase());
    },
    problems:
      typeof opened === "string"
        ? [{ level: "error", code: "no-database", message: `open database ${path}.db: ${opened}`, where: { file: `${path}.db` } }]
        : [],
    entries: () => {
      const entries = read();
      return typeof entries === "string" ? [] : [...entries];
    },
  };
}

/** `texthash:`: the source itself, read when the table is opened. */
export function openTextHash(path: string, files: FileReader): LookupTable {
  const name = `texthash:${path}`;
  const text = files.read(path);
  if (text === undefined) return unavailable(name, true, `open database ${path}: No such file or directory`, path);
  const { entries, problems } = compileMap(text, path);
  return {
    name,
    fixedKeys: true,
    lookup: (key) => entries.get(key.toLowerCase()),
    problems: problems.map((problem) => {
      const ignored = problem.message.endsWith("key whitespace value") ? `${problem.message} -- ignoring this line` : problem.message;
      const line = problem.where?.line;
      return problem.code === "duplicate-entry"
        ? tableWarning(problem.code, path, line, duplicateText(path, line, problem.message))
        : { ...problem, message: ignored };
    }),
    entries: () => [...entries],
  };
}

function duplicateText(path: string, line: number | undefined, message: string): string {
  return `${path}, line ${line}: duplicate entry: ${message.slice(message.indexOf('"'))}`;
}

/** `inline:{key=value, { key = text with spaces }}` */
export function openInline(name: string, content: string): LookupTable {
  const inside = /^\{(.*\S.*)\}$/s.exec(content.trim())?.[1];
  const need = `need "inline:{name=value...}"`;
  if (inside === undefined) throw new PostfixFatal(`bad syntax: "${name}"; ${need}`);
  const entries = new Map<string, string>();
  for (const member of inside.match(/\{[^}]*\}|[^\s,]+/g) ?? []) {
    const text = member.startsWith("{") ? member.slice(1, -1).trim() : member;
    const equals = text.indexOf("=");
    if (equals < 0) throw new PostfixFatal(`missing '=' after attribute name: "${name}"; ${need}`);
    entries.set(text.slice(0, equals).trim().toLowerCase(), text.slice(equals + 1).trim());
  }
  return { name, fixedKeys: true, lookup: (key) => entries.get(key.toLowerCase()), problems: [], entries: () => [...entries] };
}

/** `static:value`: every key has this value. */
export function openStatic(name: string, content: string): LookupTable {
  const value = /^\{\s*(.*?)\s*\}$/s.exec(content)?.[1] ?? content;
  return { name, fixedKeys: true, lookup: () => value, problems: [] };
}

/** `unix:passwd.byname` and `unix:group.byname`: the lines of /etc/passwd and /etc/group by name. */
export function openUnix(name: string, content: string, files: FileReader): LookupTable {
  const path = { "passwd.byname": "/etc/passwd", "group.byname": "/etc/group" }[content];
  if (path === undefined) throw new PostfixFatal(`unknown table: ${name}`);
  const lines = () => (files.read(path) ?? "").split("\n").filter((line) => line.includes(":"));
  return {
    name,
    fixedKeys: true,
    lookup: (key) => lines().find((line) => line.slice(0, line.indexOf(":")) === key),
    problems: [],
  };
}

/** A table that could not be opened: every lookup fails with the reason. */
export function unavailable(name: string, fixedKeys: boolean, reason: string, path: string): LookupTable {
  return {
    name,
    fixedKeys,
    lookup: () => ({ failure: `${name} is unavailable. ${reason}` }),
    problems: [{ level: "error", code: "unavailable", message: reason, where: { file: path } }],
  };
}
