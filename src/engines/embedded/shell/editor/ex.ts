import type { Document } from "./document.ts";

/** What a command behind `:` asks of the editor. */
export type ExOutcome =
  | { readonly kind: "done"; readonly message: string }
  | { readonly kind: "problem"; readonly message: string }
  | { readonly kind: "write"; readonly name: string | undefined; readonly quit: boolean }
  | { readonly kind: "quit"; readonly force: boolean }
  | { readonly kind: "reload" };

/** Runs an ex command: ranges, `w q wq x q! e! d s` and line numbers. */
export function runEx(command: string, document: Document): ExOutcome {
  const match = /^\s*(%|[\d.$,+-]*)\s*([a-zA-Z]*)(!?)\s*([^]*)$/.exec(command);
  const [, rangeText = "", name = "", bang = "", rest = ""] = match ?? [];
  const range = readRange(rangeText, document);
  if (range === undefined) return { kind: "problem", message: "E16: Invalid range" };
  switch (name) {
    case "":
      if (rangeText !== "") document.moveTo(range.to, 0);
      return { kind: "done", message: "" };
    case "w":
    case "write":
      return { kind: "write", name: rest === "" ? undefined : rest, quit: false };
    case "wq":
    case "x":
    case "xit":
      return { kind: "write", name: rest === "" ? undefined : rest, quit: true };
    case "q":
    case "quit":
    case "qa":
      return { kind: "quit", force: bang === "!" };
    case "e":
    case "edit":
      return bang === "!" ? { kind: "reload" } : { kind: "problem", message: "E37: No write since last change (add ! to override)" };
    case "d":
    case "delete":
      document.mark();
      document.cutLines(range.from, range.to - range.from + 1);
      return { kind: "done", message: "" };
    case "s":
      return substitute(rest, range, document);
    case "set":
    case "se":
    case "syntax":
    case "noh":
      return { kind: "done", message: "" };
    default:
      return { kind: "problem", message: `E492: Not an editor command: ${command}` };
  }
}

interface LineRange {
  readonly from: number;
  readonly to: number;
}

function readRange(text: string, document: Document): LineRange | undefined {
  const last = document.lines.length - 1;
  if (text === "%") return { from: 0, to: last };
  if (text === "") return { from: document.row, to: document.row };
  const rows = text.split(",").map((part) => {
    const match = /^(\d+|\.|\$)?([+-]\d+)?$/.exec(part);
    if (match === null) return undefined;
    const base = match[1] === "$" ? last : match[1] === undefined || match[1] === "." ? document.row : Number(match[1]) - 1;
    return base + Number(match[2] ?? 0);
  });
  const [from, to = from] = rows;
  if (from === undefined || to === undefined || from > to) return undefined;
  return { from: Math.max(0, Math.min(from, last)), to: Math.max(0, Math.min(to, last)) };
}

/** `/old/new/g`; any mark may stand for the slash. */
function substitute(argument: string, range: LineRange, document: Document): ExOutcome {
  const mark = argument[0];
  if (mark === undefined) return { kind: "problem", message: "E35: No previous regular expression" };
  const [pattern = "", replacement = "", flags = ""] = splitAt(argument.slice(1), mark);
  const expression = viPattern(pattern, flags.includes("i"), flags.includes("g"));
  if (expression === undefined) return { kind: "problem", message: `E486: Pattern not found: ${pattern}` };
  const lines = document.lines.slice(range.from, range.to + 1);
  const hits = lines.filter((line) => line.search(expression) !== -1).length;
  if (hits === 0) return { kind: "problem", message: `E486: Pattern not found: ${pattern}` };
  document.mark();
  const replaced = lines.flatMap((line) => line.replace(expression, (...parts: string[]) => filled(replacement, parts)).split("\n"));
  document.lines.splice(range.from, lines.length, ...replaced);
  document.moveTo(range.to, 0);
  return { kind: "done", message: hits > 2 ? `${hits} substitutions on ${hits} lines` : "" };
}

/** The replacement with `&` and `\1` filled in from a match; `\r` and `\n` break the line. */
function filled(replacement: string, parts: readonly string[]): string {
  return replacement.replace(/\\(.)|&/g, (_, char?: string) => {
    if (char === undefined) return parts[0] ?? "";
    if (/\d/.test(char)) return parts[Number(char)] ?? "";
    return char === "n" || char === "r" ? "\n" : char;
  });
}

function splitAt(text: string, mark: string): readonly string[] {
  const parts = [""];
  for (let index = 0; index < text.length; index++) {
    const char = text[index] as string;
    const last = parts.length - 1;
    if (char === "\\" && text[index + 1] === mark) parts[last] += text[++index] ?? "";
    else if (char === "\\") parts[last] += char + (text[++index] ?? "");
    else if (char === mark && parts.length < 3) parts.push("");
    else parts[last] += char;
  }
  return parts;
}

/** A pattern as vi reads it (`\(` groups, a plain `(` is itself); undefined when it is none. */
export function viPattern(pattern: string, ignoreCase: boolean, global: boolean): RegExp | undefined {
  const source = pattern.replace(/\\([(){}|+?<>])|\\.|([(){}|+?])/g, (whole, magic?: string, plain?: string) =>
    magic !== undefined ? (magic === "<" || magic === ">" ? "\\b" : magic) : plain !== undefined ? `\\${plain}` : whole,
  );
  try {
    return new RegExp(source, `${ignoreCase ? "i" : ""}${global ? "g" : ""}`);
  } catch {
    return undefined;
  }
}
