import { remembering } from "../../base/remember.ts";
import { type LogicalLine, logicalLines, strayLineText } from "./logical-lines.ts";
import type { PostfixProblem } from "./postfix-problem.ts";

/** One `name = value` of main.cf. */
export interface MainCfEntry {
  readonly name: string;
  /** Unexpanded, without white space around it; inside a continued value the white space stays. */
  readonly value: string;
  /** Number of its first line, from 1. */
  readonly line: number;
}

export interface MainCf {
  /** In the order of the file; of entries with the same name the last one counts. */
  readonly entries: readonly MainCfEntry[];
  /** Fatal ones end the file: Postfix reads no further. */
  readonly problems: readonly PostfixProblem[];
}

/**
 * Reads main.cf. The problems carry what Postfix 3.7 prints.
 * @param path as messages name the file, `/etc/postfix/main.cf`
 */
export const parseMainCf = remembering(64, readMainCf);

function readMainCf(content: string, path: string): MainCf {
  const problems: PostfixProblem[] = [];
  const entries: MainCfEntry[] = [];
  const values = new Map<string, string>();
  const report = (level: PostfixProblem["level"], code: string, line: number, message: string) =>
    problems.push({ level, code, message, where: { file: path, line } });

  const lines = logicalLines(content, (stray) => report("warning", "stray-line", stray.first, strayLineText(path, stray)));
  for (const line of lines) {
    const entry = splitEntry(line);
    if (typeof entry === "string") {
      report("fatal", "not-a-parameter", line.first, `${path}, line ${line.first}: ${entry}: "${line.text.trim()}"`);
      break;
    }
    const earlier = values.get(entry.name);
    if (earlier !== undefined && earlier !== entry.value) {
      const text = `${path}, line ${line.first}: overriding earlier entry: ${entry.name}=${earlier}`;
      report("warning", "overriding-entry", line.first, text);
    }
    values.set(entry.name, entry.value);
    entries.push(entry);
  }
  return { entries, problems };
}

/** `name = value` of one logical line, or what is wrong with it. */
function splitEntry(line: LogicalLine): MainCfEntry | string {
  const parts = splitNameValue(line.text);
  return typeof parts === "string" ? parts : { ...parts, line: line.first };
}

/** Splits `name = value` as Postfix's split_nameval(3) does; answers with its words when it cannot. */
export function splitNameValue(text: string): { readonly name: string; readonly value: string } | string {
  const match = /^\s*([^\s=]*)\s*(=?)(.*)$/s.exec(text);
  const [, name = "", equals = "", value = ""] = match ?? [];
  if (name === "") return "missing attribute name";
  if (equals === "") return "missing '=' after attribute name";
  return { name, value: value.trim() };
}

/** What an edit of main.cf gives: the new text and the warnings that `postconf` prints while it works. */
export interface MainCfEdit {
  readonly content: string;
  readonly warnings: readonly string[];
}

/**
 * Edits main.cf in place as `postconf -e`, `-X` and `-#` do: every line that starts the parameter is replaced, removed or
 * commented out together with its continuation lines; comments stay where they are; a parameter that is not there is appended
 * (after a last line without its newline, too: Postfix does not add one).
 * @param change the new value; `remove` drops the parameter, `comment-out` puts a # before it
 */
export function editMainCf(
  content: string,
  path: string,
  changes: ReadonlyMap<string, { readonly value: string } | "remove" | "comment-out">,
): MainCfEdit {
  const warnings: string[] = [];
  const found = new Map<string, number>();
  const output: string[] = [];
  let current: { readonly value: string } | "remove" | "comment-out" | undefined;

  for (const line of content.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const start = line.trimStart();
    if (start === "" || start.startsWith("#")) {
      output.push(line);
    } else if (start !== line) {
      if (current === undefined) output.push(line);
      else if (current === "comment-out") output.push(`#${line}`);
    } else {
      const name = /^[^\s=]*/.exec(line)?.[0] ?? "";
      current = changes.get(name);
      if (current !== undefined) {
        const seen = (found.get(name) ?? 0) + 1;
        found.set(name, seen);
        if (seen === 2) warnings.push(`${path}: multiple entries for "${name}"`);
      }
      if (current === undefined) output.push(line);
      else if (current === "comment-out") output.push(`#${line}`);
      else if (current !== "remove") output.push(`${name} = ${current.value}\n`);
    }
  }
  for (const [name, change] of changes) {
    if (typeof change === "object" && !found.has(name)) output.push(`${name} = ${change.value}\n`);
  }
  return { content: output.join(""), warnings };
}

/**
 * The text of main.cf with one parameter set to a value, or without it (the default comes back).
 * Does what `postconf -e name=value` and `postconf -X name` do.
 */
export function setParameter(content: string, name: string, value: string | undefined): string {
  const change = value === undefined ? "remove" : { value };
  return editMainCf(content, "main.cf", new Map([[name, change]])).content;
}
