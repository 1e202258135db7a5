import { logicalLines, strayLineText } from "../logical-lines.ts";
import type { PostfixProblem } from "../postfix-problem.ts";
import { tableWarning } from "./table.ts";

/**
 * The compiled form of a table, `/etc/postfix/transport.db`: what postmap(1) and postalias(1) write and what hash: and btree:
 * lookups read. The real file is a Berkeley DB; ours is text. The first line is `Maildrill lookup table 1 TYPE`, each further
 * line one entry, `KEY<tab>VALUE`, sorted by key. Keys hold no tab (white space ends a key), so the first tab divides.
 * A snapshot of the source: an edit of the source does nothing until the table is compiled again, as with the real one.
 */
export interface Database {
  readonly type: DatabaseType;
  readonly entries: ReadonlyMap<string, string>;
}

export type DatabaseType = "hash" | "btree";

const magic = "Maildrill lookup table 1 ";

export function formatDatabase(database: Database): string {
  const lines = [...database.entries]
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([key, value]) => `${key}\t${value}\n`);
  return `${magic}${database.type}\n${lines.join("")}`;
}

/** @returns undefined when the text is no database (the real library says `Invalid argument`) */
export function parseDatabase(text: string): Database | undefined {
  if (!text.startsWith(magic)) return undefined;
  const [first = "", ...lines] = text.split("\n");
  const type = first.slice(magic.length);
  if (type !== "hash" && type !== "btree") return undefined;
  const entries = new Map<string, string>();
  for (const line of lines) {
    const tab = line.indexOf("\t");
    if (tab > 0) entries.set(line.slice(0, tab), line.slice(tab + 1));
  }
  return { type, entries };
}

/** Entries read from a source file, and the complaints of the program that reads it. */
export interface CompiledSource {
  readonly entries: ReadonlyMap<string, string>;
  readonly problems: readonly PostfixProblem[];
}

export interface CompileOptions {
  /** False keeps the case of keys (`-f`). */
  readonly fold?: boolean;
  /** Entries that are there already (`-i`): they stay, unless `replace` (`-r`) says otherwise. */
  readonly existing?: ReadonlyMap<string, string>;
  readonly replace?: boolean;
  /** What messages about the table call it; `path.db` where it is not given. */
  readonly databasePath?: string;
}

/**
 * What `postmap path` makes of a source file. Of several entries with one key the first counts. Keys are folded to lower case
 * unless `fold` is false.
 * @param path as typed: messages name the file so
 */
export function compileMap(source: string, path: string, options: CompileOptions = {}): CompiledSource {
  return compile(source, path, options, (text) => {
    const [, key = "", value = ""] = /^("(?:\\.|[^"])*"\S*|\S+)\s*(.*)$/s.exec(text.trim()) ?? [];
    if (value === "") return { complaint: "expected format: key whitespace value" };
    if (!key.endsWith(":")) return { key, value };
    return { key, value, complaint: 'record is in "key: value" format; is this an alias file?' };
  });
}

/** What `postalias path` makes of a source file in aliases(5) format. */
export function compileAliases(source: string, path: string, options: CompileOptions = {}): CompiledSource {
  return compile(source, path, options, (text) => {
    const [, name, value = ""] = /^((?:"(?:\\.|[^"])*"|[^":])+):(.*)$/s.exec(text) ?? [];
    if (name === undefined || value.trim() === "") return { complaint: "need name:value pair" };
    if (name.replace(/"(?:\\.|[^"])*"/g, "").includes("@")) return { complaint: "name must be local" };
    return { key: name.trim().replaceAll('"', ""), value: tidyAliasValue(value) };
  });
}

/** What a line gives: an entry, a complaint, or both. */
interface ParsedLine {
  readonly key?: string;
  readonly value?: string;
  readonly complaint?: string;
}

function compile(source: string, path: string, options: CompileOptions, parse: (text: string) => ParsedLine): CompiledSource {
  const { fold = true, replace = false, databasePath = `${path}.db` } = options;
  const problems: PostfixProblem[] = [];
  const entries = new Map(options.existing);
  const lines = logicalLines(source, (stray) => problems.push(tableWarning("stray-line", path, stray.first, strayLineText(path, stray))));
  for (const { text, first } of lines) {
    const { key, value, complaint } = parse(text);
    if (complaint !== undefined) problems.push(tableWarning("bad-line", path, first, `${path}, line ${first}: ${complaint}`));
    if (key === undefined || value === undefined) continue;
    const folded = fold ? key.toLowerCase() : key;
    if (!replace && entries.has(folded)) {
      problems.push(tableWarning("duplicate-entry", path, first, `${databasePath}: duplicate entry: "${folded}"`));
    } else {
      entries.set(folded, value);
    }
  }
  return { entries, problems };
}

/** White space outside quotes is one space, after a comma too; an open quote is closed. */
function tidyAliasValue(value: string): string {
  const quoted = (value.match(/(?<!\\)"/g) ?? []).length % 2 === 1 ? `${value.trim()}"` : value.trim();
  return quoted
    .split(/("(?:\\.|[^"])*")/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/\s*,\s*/g, ", ").replace(/\s+/g, " ")))
    .join("")
    .replace(/,$/, ", ");
}
