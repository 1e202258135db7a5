import type { FileReader } from "../../daemon.ts";
import { logicalLines, strayLineText } from "../logical-lines.ts";
import type { PostfixProblem } from "../postfix-problem.ts";
import { unavailable } from "./stored-table.ts";
import { type LookupTable, tableWarning } from "./table.ts";

/** A rule of a regexp: or pcre: table, or of the IF blocks around it. */
interface PatternRule {
  readonly pattern: RegExp;
  readonly negated: boolean;
  /** The text with `$1`; undefined for an IF. */
  readonly result: string | undefined;
  /** For an IF: the index of the rule after its ENDIF. */
  next: number;
}

type Syntax = "regexp" | "pcre";

/**
 * `regexp:` and `pcre:`: the first rule that matches gives the result. Patterns are not case sensitive unless the flag `i` switches
 * that off. They run on JavaScript's engine; POSIX classes such as `[[:digit:]]` are translated.
 */
export function openPatternTable(type: Syntax, path: string, files: FileReader): LookupTable {
  const name = `${type}:${path}`;
  const text = path.startsWith("{") ? inlineRules(path) : files.read(path);
  if (text === undefined) return unavailable(name, false, `open ${path}: No such file or directory`, path);
  const { rules, problems } = parsePatternTable(type, text, path);
  return { name, fixedKeys: false, lookup: (key) => firstMatch(rules, key), problems };
}

/** `{{/pattern/ result}, {...}}`: rules written into main.cf, one in each pair of braces. */
function inlineRules(content: string): string {
  const rules = content.replace(/^\{|\}$/g, "").match(/\{[^{}]*\}/g) ?? [];
  return rules.map((rule) => `${rule.slice(1, -1).trim()}\n`).join("");
}

function firstMatch(rules: readonly PatternRule[], key: string): string | undefined {
  for (let index = 0; index < rules.length; index++) {
    const rule = rules[index] as PatternRule;
    const match = rule.pattern.exec(key);
    const applies = (match !== null) !== rule.negated;
    if (rule.result === undefined) {
      if (!applies) index = rule.next - 1;
    } else if (applies) {
      return rule.result.replace(/\$(?:\$|(\d)|[{(](\d+)[})])/g, (whole, plain?: string, braced?: string) =>
        whole === "$$" ? "$" : (match?.[Number(plain ?? braced)] ?? ""),
      );
    }
  }
  return undefined;
}

export function parsePatternTable(
  type: Syntax,
  text: string,
  path: string,
): { readonly rules: readonly PatternRule[]; readonly problems: readonly PostfixProblem[] } {
  const problems: PostfixProblem[] = [];
  const rules: PatternRule[] = [];
  const open: { readonly rule: PatternRule; readonly line: number }[] = [];
  const warn = (line: number, message: string) => {
    problems.push(tableWarning("bad-rule", path, line, `${type} map ${path}, line ${line}: ${message}`));
  };
  for (const { text: line, first } of logicalLines(text, (stray) =>
    problems.push(tableWarning("stray-line", path, stray.first, strayLineText(path, stray))),
  )) {
    const content = line.trim();
    if (/^endif\b/i.test(content)) {
      const block = open.pop();
      if (block === undefined) warn(first, "ignoring ENDIF without matching IF");
      else block.rule.next = rules.length;
      continue;
    }
    const condition = /^if\s*(?=[!\W])/i.exec(content);
    const rule = parseRule(type, condition === null ? content : content.slice(condition[0].length), condition !== null, (message) =>
      warn(first, message),
    );
    if (rule === undefined) continue;
    rules.push(rule);
    if (condition !== null) open.push({ rule, line: first });
  }
  for (const block of open.reverse()) {
    warn(block.line, "IF has no matching ENDIF");
    block.rule.next = rules.length;
  }
  return { rules, problems };
}

function parseRule(type: Syntax, text: string, isCondition: boolean, warn: (message: string) => void): PatternRule | undefined {
  const [, not = "", delimiter = ""] = /^(!*)\s*(.?)/.exec(text) ?? [];
  if (delimiter === "" || /[a-zA-Z0-9]/.test(delimiter)) {
    warn("ignoring unrecognized request");
    return undefined;
  }
  const start = text.indexOf(delimiter) + 1;
  const end = closingDelimiter(text, start, delimiter);
  if (end === undefined) {
    warn(`no closing regexp delimiter "${delimiter}": ${type === "pcre" ? "ignoring" : "skipping"} this rule`);
    return undefined;
  }
  const [, options = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(text.slice(end + 1)) ?? [];
  const flags = flagsOf(type, options);
  if (!("flags" in flags)) {
    warn(`unknown ${type} option "${flags.unknown}": skipping this rule`);
    return undefined;
  }
  const pattern = compile(text.slice(start, end), flags.flags, type, warn);
  if (pattern === undefined) return undefined;
  if (!isCondition && rest === "") warn("no replacement text: using empty string");
  const groups = new RegExp(`${pattern.source}|`, pattern.flags).exec("")?.length ?? 1;
  const indices = [...rest.replaceAll("$$", "").matchAll(/\$(?:(\d)|[{(](\d+)[})])/g)].map((match) => Number(match[1] ?? match[2]));
  const bad = indices.find((index) => index === 0 || index >= groups);
  if (bad === 0) {
    warn(`${type === "pcre" ? "out of range" : "out-of-range"} replacement index "0"`);
    warn("bad replacement syntax: skipping this rule");
    return undefined;
  }
  if (bad !== undefined) {
    warn(`out of range replacement index "${bad}": skipping this rule`);
    return undefined;
  }
  return { pattern, negated: not.length % 2 === 1, result: isCondition ? undefined : rest, next: 0 };
}

function closingDelimiter(text: string, from: number, delimiter: string): number | undefined {
  for (let index = from; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === delimiter) return index;
  }
  return undefined;
}

/** JavaScript's flags for the letters after the pattern; each letter switches its default. */
function flagsOf(type: Syntax, options: string): { readonly flags: string } | { readonly unknown: string } {
  const flags = new Set(type === "pcre" ? ["i", "s"] : ["i", "s"]);
  const known = type === "pcre" ? "imsxAEUX" : "imx";
  for (const option of options) {
    if (!known.includes(option)) return { unknown: option };
    if (!"ims".includes(option)) continue;
    if (flags.has(option)) flags.delete(option);
    else flags.add(option);
  }
  return { flags: [...flags].join("") };
}

const posixClasses: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  lower: "a-z",
  print: "\\x20-\\x7e",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\s",
  upper: "A-Z",
  xdigit: "0-9a-fA-F",
};

function compile(source: string, flags: string, type: Syntax, warn: (message: string) => void): RegExp | undefined {
  const inlineFlag = /^\(\?i\)/.exec(source);
  const translated = source
    .slice(inlineFlag?.[0].length ?? 0)
    .replace(/\[:(\w+):\]/g, (whole, name: string) => posixClasses[name] ?? whole);
  try {
    return new RegExp(translated, flags);
  } catch {
    const unclosed = /\[[^\]]*$/.test(source);
    const offset = `error in regex at offset ${source.length}: ${unclosed ? "missing terminating ] for character class" : "syntax error"}`;
    warn(type === "pcre" ? offset : "Invalid regular expression");
    return undefined;
  }
}
