import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import type { Problem, Where } from "../base/problem.ts";

/** A value out of a YAML file that knows where each of its parts stands, so that every later problem can name its place. */
export type Sourced = SourcedScalar | SourcedList | SourcedMap;

export interface SourcedScalar {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  readonly where: Where;
}

export interface SourcedList {
  readonly kind: "list";
  readonly items: readonly Sourced[];
  readonly where: Where;
}

export interface SourcedMap {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, { readonly keyWhere: Where; readonly value: Sourced }>;
  readonly where: Where;
}

/** A text file of a scenario, by the path that problems name. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** The largest file that is parsed at all. Our own are some 10 kB; what is larger is a mistake or an attack. */
const maxFileBytes = 256 * 1024;
/** Values in one file once aliases are written out; stops alias bombs. */
const maxValues = 20_000;
const maxDepth = 32;
const maxSyntaxProblems = 20;
/** More brackets open at once than any real file has, those in texts included. The parser descends by recursion and slows down long before its stack ends. */
const maxOpenBrackets = 200;

/** What the parser says of everything that follows a first mistake. */
const aftermath: ReadonlySet<string> = new Set(["UNEXPECTED_TOKEN", "MISSING_CHAR", "BAD_INDENT"]);

/** Reads YAML with places. Syntax errors, oversize files and alias bombs are problems, never exceptions. */
export function readSource(source: SourceFile): { readonly root: Sourced | undefined; readonly problems: readonly Problem[] } {
  const sizeBytes = Buffer.byteLength(source.text);
  if (sizeBytes > maxFileBytes) return { root: undefined, problems: [tooLarge(source.file, sizeBytes)] };
  const lines = new LineCounter();
  if (openBrackets(source.text) > maxOpenBrackets) return { root: undefined, problems: [tooDeep({ file: source.file })] };
  const document = parseDocument(source.text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): Where => {
    const { line, col } = lines.linePos(offset);
    return { file: source.file, line, column: Math.max(1, col) };
  };
  const flaws = [...document.errors, ...document.warnings].filter(({ code }, index) => index === 0 || !aftermath.has(code));
  if (flaws.length > 0) {
    const problems = flaws.slice(0, maxSyntaxProblems).map((flaw) => syntaxProblem(flaw.code, flaw.message, placeAt(flaw.pos[0])));
    return { root: undefined, problems };
  }
  return convert(document, placeAt);
}

/** The most brackets that are open at once, without regard to quotes. */
function openBrackets(text: string): number {
  let [open, most] = [0, 0];
  for (const character of text) {
    if (character === "[" || character === "{") most = Math.max(most, ++open);
    else if (character === "]" || character === "}") open--;
  }
  return most;
}

function convert(document: Document.Parsed, placeAt: (offset: number) => Where): ReturnType<typeof readSource> {
  const problems: Problem[] = [];
  let budget = maxValues;

  const visit = (node: unknown, depth: number, fallback: Where): Sourced => {
    const where = startOf(node as Node, placeAt) ?? fallback;
    if (--budget < 0 || depth > maxDepth) throw new Refused(budget < 0 ? tooMany(where) : tooDeep(where));
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) throw new Refused(syntaxProblem("BAD_ALIAS", `nothing is anchored as ${node.source}`, where));
      return visit(target, depth + 1, where);
    }
    if (isMap(node)) return mapOf(node.items as Pair[], depth, where);
    if (isSeq(node)) return { kind: "list", items: node.items.map((item) => visit(item, depth + 1, where)), where };
    const value = isScalar(node) ? node.value : null;
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
      return { kind: "scalar", value: value as SourcedScalar["value"], where };
    }
    problems.push({
      code: "wrong-type",
      message: "This kind of value has no place here.",
      where,
      hint: "Write text, a number, true or false.",
    });
    return { kind: "scalar", value: null, where };
  };

  const mapOf = (pairs: readonly Pair[], depth: number, where: Where): SourcedMap => {
    const entries = new Map<string, { keyWhere: Where; value: Sourced }>();
    for (const { key, value } of pairs) {
      const keyWhere = startOf(key as Node, placeAt) ?? where;
      const name = isScalar(key) ? String(key.value) : undefined;
      if (name === undefined || name === "__proto__") {
        problems.push({ code: "bad-key", message: "A key must be a plain word.", where: keyWhere, hint: "Write `name: value`." });
        continue;
      }
      entries.set(name, { keyWhere, value: visit(value, depth + 1, keyWhere) });
    }
    return { kind: "map", entries, where };
  };

  try {
    return { root: visit(document.contents, 0, placeAt(0)), problems };
  } catch (error) {
    if (error instanceof Refused) return { root: undefined, problems: [error.problem] };
    throw error;
  }
}

/** Ends a conversion that must not go on; never leaves this file. */
class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

function startOf(node: Node | null | undefined, placeAt: (offset: number) => Where): Where | undefined {
  const start = node?.range?.[0];
  return start === undefined ? undefined : placeAt(start);
}

function syntaxProblem(code: string, message: string, where: Where): Problem {
  if (code === "DUPLICATE_KEY") {
    return { code: "duplicate-key", message: "This key stands twice in the same map.", where, hint: "Keep one of the two." };
  }
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return { code: "yaml-syntax", message: `Not valid YAML: ${sentence.replace(/[.:]?$/, ".")}`, where, hint: syntaxHint(code) };
}

function syntaxHint(code: string): string {
  if (code === "TAB_AS_INDENT") return "Indent with spaces.";
  if (code === "BAD_ALIAS") return "Anchor it first with &name, or write the value out.";
  if (code === "MULTIPLE_DOCS") return "One file holds one document: remove the ---.";
  return "Look at the indentation and the quotes here; text with `: `, `#`, `{` or `[` needs quotes.";
}

function tooLarge(file: string, sizeBytes: number): Problem {
  const message = `The file is too large to be read: ${Math.ceil(sizeBytes / 1024)} KiB, at most ${maxFileBytes / 1024} KiB.`;
  return { code: "file-too-large", message, where: { file }, hint: "Move long texts into ticket.md, debrief.md or lesson files." };
}

function tooMany(where: Where): Problem {
  const message = `The file holds more than ${maxValues} values once its aliases are written out.`;
  return { code: "too-many-values", message, where, hint: "Use fewer aliases (*name), or none." };
}

function tooDeep(where: Where): Problem {
  return { code: "too-deep", message: `The values are nested deeper than ${maxDepth} levels.`, where, hint: "Flatten them." };
}

/** The value without its places, for a schema. */
export function plainValue(source: Sourced): unknown {
  if (source.kind === "scalar") return source.value;
  if (source.kind === "list") return source.items.map(plainValue);
  return Object.fromEntries([...source.entries].map(([key, { value }]) => [key, plainValue(value)]));
}

/**
 * Where the value at a path stands; the nearest enclosing value where there is none.
 * @param at `key` gives the place of the last key instead of that of its value
 */
export function whereOf(source: Sourced, path: readonly PropertyKey[], at: "value" | "key" = "value"): Where {
  let current = source;
  let keyWhere = source.where;
  for (const step of path) {
    const next = childOf(current, step);
    if (next === undefined) return at === "key" ? keyWhere : current.where;
    keyWhere = next.keyWhere;
    current = next.value;
  }
  return at === "key" ? keyWhere : current.where;
}

/** The value at a path, or undefined. */
export function valueAt(source: Sourced, path: readonly PropertyKey[]): Sourced | undefined {
  let current: Sourced | undefined = source;
  for (const step of path) {
    if (current === undefined) return undefined;
    current = childOf(current, step)?.value;
  }
  return current;
}

function childOf(source: Sourced, step: PropertyKey): { readonly keyWhere: Where; readonly value: Sourced } | undefined {
  if (source.kind === "map") return source.entries.get(String(step));
  const item = source.kind === "list" ? source.items[Number(step)] : undefined;
  return item === undefined ? undefined : { keyWhere: item.where, value: item };
}

/** A copy in which every text is replaced; places stay. */
export function mapTexts(source: Sourced, change: (text: string, where: Where) => string): Sourced {
  if (source.kind === "list") return { ...source, items: source.items.map((item) => mapTexts(item, change)) };
  if (source.kind === "map") {
    const entries = [...source.entries].map(([key, { keyWhere, value }]) => {
      return [change(key, keyWhere), { keyWhere, value: mapTexts(value, change) }] as const;
    });
    return { ...source, entries: new Map(entries) };
  }
  return typeof source.value === "string" ? { ...source, value: change(source.value, source.where) } : source;
}

/** Every text in the value, keys of maps included, with its place. */
export function textsIn(source: Sourced): { readonly text: string; readonly where: Where }[] {
  const found: { text: string; where: Where }[] = [];
  mapTexts(source, (text, where) => {
    found.push({ text, where });
    return text;
  });
  return found;
}
