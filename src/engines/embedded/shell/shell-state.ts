import type { ScriptNode } from "just-bash";

/** What a shell remembers from one line to the next. A plain value: just-bash itself starts afresh with every line. */
export interface ShellState {
  readonly cwd: string;
  readonly previousCwd: string;
  readonly exported: Readonly<Record<string, string>>;
  /** Variables that are not exported; aliases are among them, as just-bash keeps them (`BASH_ALIAS_ll`). */
  readonly variables: Readonly<Record<string, string>>;
  /** `declare` statements for what a plain variable cannot say: arrays, integers, read-only ones. */
  readonly declarations: readonly string[];
  /** `set -o nounset`, `shopt -s nullglob` */
  readonly options: readonly string[];
  /** Function name → its definition. */
  readonly functions: Readonly<Record<string, string>>;
  readonly lastCode: number;
}

/** A root shell as `docker exec` or a login gives it. */
export function freshState(hostName: string): ShellState {
  return {
    cwd: "/root",
    previousCwd: "",
    exported: {
      HOME: "/root",
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
      SHLVL: "1",
    },
    variables: { IFS: " \t\n", HOSTNAME: hostName, OSTYPE: "linux-gnu", MACHTYPE: "x86_64-pc-linux-gnu", HOSTTYPE: "x86_64" },
    declarations: [],
    options: [],
    functions: {},
    lastCode: 0,
  };
}

/** Ends a script by handing the state over. The name cannot be confused with a program's. */
export const keepCommand = "maildrill:keep";
/** Sets `$?`. */
export const statusCommand = "maildrill:status";
/** Captures the words of a command as the shell expands them. */
export const wordsCommand = "maildrill:words";

/** The line with what brings the state back before it, and what hands the new state over after it. */
export function scriptFor(line: string, state: ShellState): string {
  const before = ["shopt -s expand_aliases", ...state.options, ...state.declarations, ...Object.values(state.functions)];
  return [...before, `${statusCommand} ${state.lastCode}`, line, keepTrailer, ""].join("\n");
}

const keepTrailer = `{ ${keepCommand} "$?" "$(declare -p)" "$(set +o; shopt -p)"; } 2>/dev/null`;

/** What the keep command saw. */
export interface Kept {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly variables: ReadonlyMap<string, string>;
  readonly exported: Readonly<Record<string, string>>;
}

/** The state after a line. @param defined functions that the line defined */
export function nextState(before: ShellState, kept: Kept, defined: Readonly<Record<string, string>>): ShellState {
  const [code = "0", declared = "", options = ""] = kept.args;
  const exported: Record<string, string> = {};
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(kept.exported)) if (isCarried(name)) exported[name] = value;
  for (const [name, value] of kept.variables) if (isCarried(name) && !(name in exported)) variables[name] = value;
  return {
    cwd: kept.cwd,
    previousCwd: kept.variables.get("OLDPWD") ?? before.previousCwd,
    exported,
    variables,
    declarations: declarationsIn(declared),
    options: options.split("\n").filter((option) => carriedOption.test(option)),
    functions: { ...before.functions, ...defined },
    lastCode: Number(code) || 0,
  };
}

const notCarried = new Set(["PWD", "OLDPWD", "SHELLOPTS", "BASHOPTS", "OPTIND", "PIPESTATUS", "_", "BASH_LINENO", "LINENO"]);

function isCarried(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name) && !notCarried.has(name);
}

/** Options that stand otherwise than in a fresh shell. Tracing would show our own bookkeeping, so it ends with its line. */
const carriedOption = /^set -o (?!xtrace|verbose|noexec)|^shopt -s (?!globskipdots|expand_aliases)/;

/** Arrays, integers and read-only variables out of `declare -p`; a statement may span lines inside quotes. */
function declarationsIn(printed: string): readonly string[] {
  const statements = printed.split(/\n(?=declare -)/);
  return statements.flatMap((statement) => {
    const [, flags = "", name = "", rest = ""] = /^declare -([A-Za-z-]+) ([A-Za-z_]\w*)([^]*)$/.exec(statement) ?? [];
    if (!/[aAirlu]/.test(flags) || !isCarried(name)) return [];
    return /[aA]/.test(flags) ? elementwise(flags, name, rest) : [statement];
  });
}

/** An array as one assignment for each element: just-bash cuts quoted elements at blanks when they come all at once. */
function elementwise(flags: string, name: string, list: string): readonly string[] {
  const elements = list.matchAll(/\[('[^']*'|[^\]]+)\]=("(?:[^"\\]|\\.)*"|\$?'(?:[^'\\]|\\.)*'|[^\s)]*)/g);
  const kind = flags.includes("A") ? "A" : "a";
  const assignments = [...elements].map(([, key = "", value = ""]) => `${name}[${key}]=${value}`);
  return [`declare -${kind} ${name}`, ...assignments, ...(flags.includes("r") ? [`readonly ${name}`] : [])];
}

/** The functions that a script defines outside of subshells. @param print turns a syntax tree into text */
export function functionsIn(script: ScriptNode, print: (script: ScriptNode) => string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const node of definitionsIn(script)) {
    const statement = {
      type: "Statement",
      pipelines: [{ type: "Pipeline", commands: [node], negated: false }],
      operators: [],
      background: false,
    };
    found[node.name] = print({ type: "Script", statements: [statement] } as unknown as ScriptNode).trim();
  }
  return found;
}

interface Definition {
  readonly type: "FunctionDef";
  readonly name: string;
}

function definitionsIn(node: unknown): readonly Definition[] {
  if (Array.isArray(node)) return node.flatMap((member) => definitionsIn(member));
  if (typeof node !== "object" || node === null) return [];
  const { type } = node as { type?: unknown };
  if (type === "Subshell" || type === "CommandSubstitution" || type === "ProcessSubstitution") return [];
  if (type === "FunctionDef") return [node as Definition];
  return Object.values(node).flatMap((member) => definitionsIn(member));
}

/** Variables set and exported on top. */
export function withExported(state: ShellState, more: Readonly<Record<string, string>>): ShellState {
  const variables = Object.fromEntries(Object.entries(state.variables).filter(([name]) => !(name in more)));
  return { ...state, exported: { ...state.exported, ...more }, variables };
}

/** A line that runs in a child of the shell: its own variables and functions stay behind. */
export function childState(state: ShellState, cwd: string, env: Readonly<Record<string, string>>): ShellState {
  return { ...freshState(state.variables.HOSTNAME ?? ""), cwd, exported: env };
}
