import { quote } from "../../../base/shell-words.ts";
import type { CommandCall, CommandResult } from "./command.ts";

/**
 * Runs words as a command in a child of the calling shell, with what the caller got on stdin.
 * @param terminal whether the child may use the caller's terminal
 */
export async function runWords(
  call: CommandCall,
  words: readonly string[],
  terminal: boolean,
  signal?: AbortSignal,
): Promise<CommandResult> {
  const result = await call.shell?.(quote(words), {
    ...(call.stdin === "" ? {} : { stdin: call.stdin }),
    ...(terminal && call.console !== undefined ? { console: call.console } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  return result ?? { stdout: "", stderr: "", code: 127 };
}

/** `5`, `0.5`, `2m`, `1h`, `1d`, `infinity` as sleep and timeout take it, in milliseconds; undefined when it is none. */
export function durationOf(text: string): number | undefined {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * ({ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? ""] ?? 1000);
}
