import type { Clock } from "../../../base/clock.ts";

/** just-bash, loaded at the first line that anybody runs (a quarter of a second of processor time) and shared by every shell. */
export type BashLibrary = typeof import("just-bash");
type BuiltinName = NonNullable<import("just-bash").BashOptions["commands"]>[number];

/**
 * What we take from just-bash: what a Debian host has too. Left out: its network, Python, JavaScript and SQLite commands (nothing
 * real may be reached from a range) and tools that no host of ours has (jq, rg, yq, xan).
 */
export const builtinNames: readonly BuiltinName[] = [
  ...(["echo", "cat", "printf", "mkdir", "rmdir", "rm", "cp", "mv", "ln", "chmod", "pwd", "readlink", "wc"] as const),
  ...(["grep", "fgrep", "egrep", "sed", "awk", "sort", "uniq", "comm", "cut", "paste", "tr", "rev", "nl", "fold", "expand"] as const),
  ...(["unexpand", "strings", "split", "column", "join", "tee", "basename", "dirname", "du", "true", "false", "clear"] as const),
  ...(["bash", "sh", "base64", "seq", "expr", "tac", "od", "gzip", "gunzip", "zcat", "tar", "alias", "unalias"] as const),
  ...(["time"] as const),
];

let library: Promise<BashLibrary> | undefined;
const warm = new Set<string>();

/** The library, if it is loaded already. */
export function loadBashLibrary(): Promise<BashLibrary> {
  library ??= import("just-bash");
  return library;
}

/**
 * Loads the library and those of its commands that may occur in the script. Each command is a module of its own, read from disk in
 * the thread pool when it first runs; virtual time must not pass meanwhile, or the same seed would give another log.
 */
export async function prepareBash(script: string, clock: Clock): Promise<BashLibrary> {
  const cold = builtinsIn(script).filter((name) => !warm.has(name));
  if (library !== undefined && cold.length === 0) return library;
  const release = clock.hold?.() ?? (() => {});
  try {
    const loaded = await loadBashLibrary();
    const scratch = new loaded.Bash({
      commands: [...cold],
      defenseInDepth: false,
      executionLimits: { maxExecutionTimeMs: Number.POSITIVE_INFINITY },
    });
    for (const name of cold) {
      await scratch.exec(`${name} --help`, { stdin: "" });
      warm.add(name);
    }
    return loaded;
  } finally {
    release();
  }
}

/** Commands that run text which is not in the line itself. */
const runsOtherText = /(^|[\s;|&(`])(\.|source|eval|bash|sh)([\s;]|$)|(^|[;|&(`{\n]|\b(do|then|else|sudo|nohup))\s*["']?([.~]?\/|\$)/;

function builtinsIn(script: string): readonly BuiltinName[] {
  if (runsOtherText.test(script)) return builtinNames;
  const words = new Set(script.match(/[a-z0-9]+/g));
  return builtinNames.filter((name) => words.has(name));
}
