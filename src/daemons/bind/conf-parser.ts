import ipaddr from "ipaddr.js";
import type { Problem } from "../../base/problem.ts";
import { isAncient, type OptionForm, optionForm, type Scope, type ValueKind } from "./conf-grammar.ts";
import { type ConfToken, readTokens } from "./conf-lexer.ts";
import { parseTtl } from "./names.ts";

/** One statement: `zone "." IN { ... };`, `recursion no;`, an element of an address list. */
export interface Clause {
  /** The words and blocks in order; a clause of a known block begins with its name. */
  readonly parts: readonly Part[];
  readonly file: string;
  readonly line: number;
}

export type Part = { readonly word: string; readonly quoted: boolean } | { readonly block: readonly Clause[] };

export interface ParsedConf {
  readonly clauses: readonly Clause[];
  /** In BIND's words; empty where the syntax is right. A deprecated option is told with code `deprecated`. */
  readonly problems: readonly Problem[];
}

/** Parsing cannot go on; what to say was said. */
class GiveUp extends Error {}

interface Parsing {
  /** Those of an included file stand in the place of the statement that includes it. */
  tokens: readonly ConfToken[];
  next: number;
  readonly problems: Problem[];
  readonly read: (path: string) => string | undefined;
}

/** The blocks whose inside is known, by the name before them. */
const innerScope: Readonly<Record<string, Scope>> = {
  options: "options",
  zone: "zone",
  view: "view",
  logging: "logging",
  channel: "channel",
};

/**
 * Reads named.conf and what it includes, as BIND's parser does: it goes on after a missing semicolon or an unknown
 * option, and gives up at the first wrong value.
 */
export function parseConf(path: string, read: (path: string) => string | undefined): ParsedConf {
  const problems: Problem[] = [];
  const text = read(path);
  if (text === undefined) return { clauses: [], problems: [{ code: "file-missing", message: `open: ${path}: file not found` }] };
  try {
    return { clauses: parseAll({ tokens: readTokens(text, path), next: 0, problems, read }), problems };
  } catch (error) {
    if (!(error instanceof GiveUp)) throw error;
    return { clauses: [], problems };
  }
}

function parseAll(parsing: Parsing): readonly Clause[] {
  const clauses: Clause[] = [];
  const seen = new Set<string>();
  while (peek(parsing).kind !== "end") {
    const first = peek(parsing);
    if (first.kind === "special") giveUp(parsing, first, `syntax error near '${first.text}'`);
    clauses.push(...parseClause(parsing, "top", seen));
  }
  return clauses;
}

function parseClause(parsing: Parsing, scope: Scope, seen: Set<string>): readonly Clause[] {
  const name = take(parsing);
  if (name.kind === "special") giveUp(parsing, name, `syntax error near '${name.text}'`);
  if (name.text === "include") return parseInclude(parsing, name);
  const form = optionForm(scope, name.text);
  if (form === undefined) {
    const text = isAncient(name.text) ? `option '${name.text}' no longer exists` : `unknown option '${name.text}'`;
    complain(parsing, name, text);
    parseParts(parsing);
    expectSemicolon(parsing);
    return [];
  }
  if (form.deprecated) complain(parsing, name, `option '${name.text}' is deprecated`, "deprecated");
  if (!form.repeatable && seen.has(name.text)) giveUp(parsing, name, `'${name.text}' redefined near '${name.text}'`, "redefined");
  seen.add(name.text);
  const parts = [{ word: name.text, quoted: false }, ...parseValue(parsing, name.text, form)];
  expectSemicolon(parsing);
  return [{ parts, file: name.file, line: name.line }];
}

/** A file that is included is read on without a border: a block may even end in the file around it. */
function parseInclude(parsing: Parsing, name: ConfToken): readonly Clause[] {
  const path = take(parsing);
  if (path.kind !== "string") giveUp(parsing, path, `expected quoted string near ${shown(path)}`);
  expectSemicolon(parsing);
  const text = parsing.read(path.text);
  if (text === undefined) giveUp(parsing, name, "parsing failed: file not found", "file-missing");
  const included = readTokens(text, path.text).filter(({ kind }) => kind !== "end");
  parsing.tokens = [...parsing.tokens.slice(0, parsing.next), ...included, ...parsing.tokens.slice(parsing.next)];
  return [];
}

function parseValue(parsing: Parsing, name: string, form: OptionForm): readonly Part[] {
  const scope = innerScope[name];
  if (scope !== undefined) return parseBlockValue(parsing, scope);
  if (name === "forwarders") return parseForwarders(parsing);
  if (form.kind === "parts") return parseParts(parsing);
  const value = peek(parsing);
  if (form.kind === "addresses") {
    if (value.text !== "{") giveUp(parsing, value, `'{' expected near ${shown(value)}`);
    return parseParts(parsing);
  }
  const wrong = wrongValue(form.kind, value);
  if (wrong !== undefined) giveUp(parsing, value, wrong);
  take(parsing);
  return [{ word: value.text, quoted: value.kind === "string" }];
}

/** What BIND says about a value that is not of its kind. */
function wrongValue(kind: Exclude<ValueKind, "parts" | "addresses">, token: ConfToken): string | undefined {
  const plain = token.kind === "word" || token.kind === "string";
  if (typeof kind !== "string") return plain && kind.includes(token.text) ? undefined : `'${token.text}' unexpected`;
  switch (kind) {
    case "boolean":
      return plain && /^(yes|no|true|false|1|0)$/i.test(token.text) ? undefined : `boolean expected near ${shown(token)}`;
    case "integer":
      return plain && /^\d+$/.test(token.text) ? undefined : `expected number near ${shown(token)}`;
    case "duration":
      return plain && (parseTtl(token.text) !== undefined || /^P/i.test(token.text))
        ? undefined
        : `expected ISO 8601 duration or TTL value near ${shown(token)}`;
    case "quoted":
      return token.kind === "string" ? undefined : `expected quoted string near ${shown(token)}`;
  }
}

/** Words up to the block, and the block with statements of its own: `zone NAME CLASS { ... }`. */
function parseBlockValue(parsing: Parsing, scope: Scope): readonly Part[] {
  const parts: Part[] = [];
  while (peek(parsing).kind === "word" || peek(parsing).kind === "string") {
    const token = take(parsing);
    parts.push({ word: token.text, quoted: token.kind === "string" });
  }
  const brace = take(parsing);
  if (brace.text !== "{" || brace.kind !== "special") giveUp(parsing, brace, `'{' expected near ${shown(brace)}`);
  const seen = new Set<string>();
  const block: Clause[] = [];
  while (!isSpecial(peek(parsing), "}")) {
    if (peek(parsing).kind === "end") giveUp(parsing, peek(parsing), "'}' expected near end of file");
    block.push(...parseClause(parsing, scope, seen));
  }
  take(parsing);
  return [...parts, { block }];
}

/** Words and blocks up to a semicolon, a closing brace or the end; what is inside blocks is not looked at. */
function parseParts(parsing: Parsing): readonly Part[] {
  const parts: Part[] = [];
  let glue = false;
  for (let token = peek(parsing); token.kind !== "end" && !/^[;}]$/.test(special(token)); token = peek(parsing)) {
    take(parsing);
    const last = parts.at(-1);
    if (isSpecial(token, "{")) parts.push({ block: parseElements(parsing) });
    else if ((glue || isSpecial(token, "/")) && last !== undefined && "word" in last) {
      parts[parts.length - 1] = { word: last.word + token.text, quoted: false };
      glue = isSpecial(token, "/");
    } else parts.push({ word: token.text, quoted: token.kind === "string" });
  }
  return parts;
}

function parseForwarders(parsing: Parsing): readonly Part[] {
  const from = parsing.next;
  const parts = parseParts(parsing);
  const wrong = parts
    .flatMap((part) => ("block" in part ? part.block : []))
    .find((element) => {
      const first = element.parts[0];
      return first !== undefined && "word" in first && !ipaddr.isValid(first.word);
    });
  const word = wrong?.parts[0];
  if (word === undefined || !("word" in word)) return parts;
  const token = parsing.tokens.slice(from).find((candidate) => candidate.text === word.word) as ConfToken;
  return giveUp(parsing, token, `expected IP address near ${shown(token)}`);
}

function parseElements(parsing: Parsing): readonly Clause[] {
  const elements: Clause[] = [];
  while (!isSpecial(peek(parsing), "}")) {
    const first = peek(parsing);
    if (first.kind === "end") giveUp(parsing, first, "'}' expected near end of file");
    elements.push({ parts: parseParts(parsing), file: first.file, line: first.line });
    expectSemicolon(parsing);
  }
  take(parsing);
  return elements;
}

function expectSemicolon(parsing: Parsing): void {
  const token = peek(parsing);
  if (isSpecial(token, ";")) take(parsing);
  else complain(parsing, token, `missing ';' before ${token.kind === "end" ? "end of file" : `'${token.text}'`}`);
}

function complain(parsing: Parsing, token: ConfToken, message: string, code = "syntax"): void {
  parsing.problems.push({ code, message, where: { file: token.file, line: token.line } });
}

function giveUp(parsing: Parsing, token: ConfToken, message: string, code = "unexpected-token"): never {
  complain(parsing, token, message, code);
  throw new GiveUp();
}

function shown(token: ConfToken): string {
  return token.kind === "end" ? "end of file" : `'${token.text}'`;
}

function special(token: ConfToken): string {
  return token.kind === "special" ? token.text : "";
}

function isSpecial(token: ConfToken, text: string): boolean {
  return token.kind === "special" && token.text === text;
}

function peek(parsing: Parsing): ConfToken {
  const token = parsing.tokens[Math.min(parsing.next, parsing.tokens.length - 1)] as ConfToken;
  if (token.kind === "broken") giveUp(parsing, token, "unexpected end of input ", "unexpected-end");
  return token;
}

function take(parsing: Parsing): ConfToken {
  const token = peek(parsing);
  parsing.next++;
  return token;
}
