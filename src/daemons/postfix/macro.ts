import { compareLevels } from "./compatibility-level.ts";
import { PostfixFatal } from "./postfix-problem.ts";

/** The unexpanded value of a name; undefined where it has none. */
export type MacroLookup = (name: string) => string | undefined;

/** A macro that names itself, directly or not, is given up at this depth. */
const deepestNesting = 100;

/**
 * Expands `$name`, `${name}`, `$(name)`, `${name?text}`, `${name:text}`, `${name?{a}:{b}}`, `${{a} == {b} ? {c} : {d}}` and `$$`
 * as Postfix's mac_expand(3) does for main.cf: values are expanded again, a name without a value is empty.
 * @param fatal what the program says after its warning about a reference that cannot be read
 * @throws PostfixFatal with the words that Postfix prints for a reference that cannot be read
 */
export function expandMacros(text: string, lookup: MacroLookup, fatal = "dictionary mail_dict: macro processing error"): string {
  const fail = (warning: string): never => {
    throw new PostfixFatal(fatal, [warning]);
  };
  const expand = (value: string, depth: number, last: string): string => {
    if (!value.includes("$")) return value;
    if (depth > deepestNesting) fail(`unreasonable macro call nesting: "${last}"`);
    return splitReferences(value, fail)
      .map((part) => (typeof part === "string" ? part : resolve(part.reference, depth)))
      .join("");
  };
  const resolve = (reference: string, depth: number): string => {
    const choice = readChoice(reference, fail, (text) => expand(text, depth + 1, text));
    if (choice.name === undefined) return choice.holds ? expand(choice.yes ?? "", depth + 1, "") : expand(choice.no ?? "", depth + 1, "");
    const value = lookup(choice.name);
    const expanded = value === undefined ? undefined : expand(value, depth + 1, choice.name);
    if (choice.yes === undefined && choice.no === undefined) return expanded ?? "";
    const chosen = expanded !== undefined && value !== "" ? choice.yes : choice.no;
    return expand(chosen ?? "", depth + 1, choice.name);
  };
  return expand(text, 0, "");
}

/** The names that a value refers to, without expanding it. */
export function referencedNames(value: string): readonly string[] {
  const names: string[] = [];
  const visit = (text: string): void => {
    for (const part of splitReferences(text, () => undefined)) {
      if (typeof part === "string") continue;
      const name = /^\w+/.exec(part.reference)?.[0];
      if (name !== undefined) names.push(name);
      visit(part.reference.slice(name?.length ?? 0));
    }
  };
  visit(value);
  return names;
}

type Part = string | { readonly reference: string };

/** Literal text and what stands inside `$...`, `${...}` and `$(...)`. */
function splitReferences(value: string, fail: (warning: string) => void): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < value.length) {
    const dollar = value.indexOf("$", at);
    if (dollar < 0) {
      parts.push(value.slice(at));
      break;
    }
    if (dollar > at) parts.push(value.slice(at, dollar));
    const next = value[dollar + 1];
    if (next === "$") {
      parts.push("$");
      at = dollar + 2;
      continue;
    }
    const end =
      next === "{" || next === "(" ? closing(value, dollar + 1) : dollar + 1 + (/^\w+/.exec(value.slice(dollar + 1))?.[0].length ?? 0);
    if (end === undefined) {
      fail(`truncated macro reference: "${value}"`);
      break;
    }
    const inside = next === "{" || next === "(" ? value.slice(dollar + 2, end - 1) : value.slice(dollar + 1, end);
    if (inside === "") {
      fail(`empty macro name: "${value}"`);
      break;
    }
    parts.push({ reference: inside });
    at = end;
  }
  return parts;
}

/** The index after the bracket that closes the one at `open`. */
function closing(text: string, open: number): number | undefined {
  const opener = text[open];
  const closer = opener === "{" ? "}" : ")";
  let level = 0;
  for (let index = open; index < text.length; index++) {
    if (text[index] === opener) level++;
    else if (text[index] === closer && --level === 0) return index + 1;
  }
  return undefined;
}

interface Choice {
  /** Absent for a comparison, whose outcome is `holds`. */
  readonly name?: string;
  readonly holds?: boolean;
  readonly yes?: string;
  readonly no?: string;
}

/** Reads `name`, `name?text`, `name:text`, `name?{a}:{b}` and `{a} == {b} ? {c} : {d}`. */
function readChoice(reference: string, fail: (warning: string) => never, expand: (text: string) => string): Choice {
  const text = reference.trimStart();
  if (!text.startsWith("{")) {
    const name = /^\w*/.exec(text)?.[0] ?? "";
    const rest = text.slice(name.length).trimStart();
    if (rest === "") return { name };
    if (!/^[?:]/.test(rest)) fail(`attribute name syntax error at: "...${name}>>>${rest}"`);
    return { name, ...readBranches(rest, fail) };
  }
  const left = payload(text) ?? fail(`truncated macro reference: "${reference}"`);
  const afterLeft = left.rest.trimStart();
  const operator = /^(==|!=|<=|>=|<|>)(level)?/.exec(afterLeft)?.[0];
  if (operator === undefined) {
    return fail(`"==" or "!="" or "<"" or "<="" or ">="" or ">" expected at: "...${left.text}}>>>${afterLeft}"`);
  }
  const right = payload(afterLeft.slice(operator.length));
  if (right === undefined) return fail(`"{expression}" expected at: "...{${left.text}} ${operator}>>>${afterLeft.slice(operator.length)}"`);
  const holds = compare(expand(left.text), operator, expand(right.text), fail);
  const rest = right.rest.trimStart();
  return rest === "" ? { holds, yes: "true", no: "" } : { holds, ...readBranches(rest, fail) };
}

/** `?text`, `:text` and `?{yes}:{no}`; a text without braces goes to the end. */
function readBranches(text: string, fail: (warning: string) => never): { readonly yes?: string; readonly no?: string } {
  const branch = (from: string): { readonly text: string; readonly rest: string } => payload(from) ?? { text: from.trimStart(), rest: "" };
  if (text.startsWith(":")) return { no: lastBranch(branch(text.slice(1)), fail) };
  const yes = branch(text.slice(1));
  const rest = yes.rest.trimStart();
  if (rest === "") return { yes: yes.text };
  if (!rest.startsWith(":")) fail(`":" expected at: "...${yes.text}}>>>${rest}"`);
  return { yes: yes.text, no: lastBranch(branch(rest.slice(1)), fail) };
}

function lastBranch(branch: { readonly text: string; readonly rest: string }, fail: (warning: string) => never): string {
  const rest = branch.rest.trimStart();
  return rest === "" ? branch.text : fail(`unexpected input at: "...${branch.text}}>>>${rest}"`);
}

/** The text inside a leading `{...}` without white space around it, and what follows. */
function payload(text: string): { readonly text: string; readonly rest: string } | undefined {
  const open = text.length - text.trimStart().length;
  if (text[open] !== "{") return undefined;
  const end = closing(text, open);
  return end === undefined ? undefined : { text: text.slice(open + 1, end - 1).trim(), rest: text.slice(end) };
}

/** Numbers are compared as numbers, other text as text; `<level` and its likes compare compatibility levels. */
function compare(left: string, operator: string, right: string, fail: (warning: string) => never): boolean {
  const order = operator.endsWith("level") ? compareAsLevels(left, right, fail) : compareValues(left, right);
  switch (operator.replace(/level$/, "")) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function compareValues(left: string, right: string): number {
  if (/^\d+$/.test(left) && /^\d+$/.test(right)) return Number(left) - Number(right);
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareAsLevels(left: string, right: string, fail: (warning: string) => never): number {
  try {
    return compareLevels(left, right);
  } catch (error) {
    if (error instanceof PostfixFatal) fail(error.message);
    throw error;
  }
}
