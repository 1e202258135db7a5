import { quote } from "../../../../base/shell-words.ts";
import type { Command, CommandResult } from "../command.ts";
import { describeOptionProblem, has, readOptions, valueOf } from "../options.ts";

/** xargs: -n -I -L -0 -d -r -t -a -P (one after the other). */
export const xargs: Command = {
  name: "xargs",
  run: async (call) => {
    const options = readOptions(
      call.args,
      "n:I:L:0d:rtP:s:x",
      ["max-args=", "replace=", "null", "delimiter=", "no-run-if-empty", "verbose", "max-procs="],
      true,
    );
    if (options.problem !== undefined) {
      return {
        stdout: "",
        stderr: `${describeOptionProblem("xargs", options.problem)}Try 'xargs --help' for more information.\n`,
        code: 1,
      };
    }
    const count = valueOf(options, "n", "max-args");
    if (count !== undefined && !/^[1-9]\d*$/.test(count)) {
      return { stdout: "", stderr: `xargs: invalid number "${count}" for -n option\n`, code: 1 };
    }
    const replace = valueOf(options, "I", "replace");
    const delimiter = has(options, "0", "null") ? "\0" : valueOf(options, "d", "delimiter")?.replace("\\n", "\n").replace("\\0", "\0");
    const items = delimiter === undefined ? (replace === undefined ? words(call.stdin) : lines(call.stdin)) : parts(call.stdin, delimiter);
    if (typeof items === "string") return { stdout: "", stderr: items, code: 1 };
    const command = options.operands.length === 0 ? ["echo"] : options.operands;
    const groups = grouped(items, replace === undefined ? (count === undefined ? valueOf(options, "L") : count) : "1");
    if (groups.length === 0 && replace === undefined && !has(options, "r", "no-run-if-empty")) groups.push([]);
    const result = { stdout: "", stderr: "", code: 0 };
    for (const group of groups) {
      if (call.signal.aborted) return { ...result, code: 130 };
      const argv = replace === undefined ? [...command, ...group] : command.map((word) => word.replaceAll(replace, group[0] ?? ""));
      if (has(options, "t", "verbose")) result.stderr += `${argv.join(" ")}\n`;
      const one: CommandResult = (await call.shell?.(quote(argv))) ?? {
        stdout: "",
        stderr: `xargs: ${argv[0]}: No such file or directory\n`,
        code: 127,
      };
      result.stdout += one.stdout;
      result.stderr +=
        one.code === 127 ? one.stderr.replace(/^bash: (\S+): command not found$/m, "xargs: $1: No such file or directory") : one.stderr;
      if (one.code === 127 || one.code === 126) return { ...result, code: one.code };
      if (one.code !== 0) result.code = one.code === 255 ? 124 : 123;
      if (one.code === 255) break;
    }
    return result;
  },
};

/** Blank-separated words, with quotes and backslashes as xargs reads them; a message when a quote is left open. */
function words(text: string): string[] | string {
  const found: string[] = [];
  let word: string | undefined;
  let quoteMark = "";
  for (let index = 0; index < text.length; index++) {
    const char = text[index] as string;
    if (quoteMark !== "") {
      if (char === "\n") break;
      if (char === quoteMark) quoteMark = "";
      else word += char;
    } else if (char === "'" || char === '"') {
      quoteMark = char;
      word ??= "";
    } else if (char === "\\" && index + 1 < text.length) word = (word ?? "") + text[++index];
    else if (/\s/.test(char)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else word = (word ?? "") + char;
  }
  if (quoteMark !== "") {
    const kind = quoteMark === "'" ? "single" : "double";
    return `xargs: unmatched ${kind} quote; by default quotes are special to xargs unless you use the -0 option\n`;
  }
  if (word !== undefined) found.push(word);
  return found;
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/^[ \t]+/, ""))
    .filter((line) => line !== "");
}

function parts(text: string, delimiter: string): string[] {
  const found = text.split(delimiter);
  if (found.at(-1) === "" || (delimiter === "\n" && found.at(-1) === "")) found.pop();
  return found;
}

function grouped(items: readonly string[], size: string | undefined): string[][] {
  if (size === undefined) return items.length === 0 ? [] : [[...items]];
  const step = Number(size);
  return Array.from({ length: Math.ceil(items.length / step) }, (_, index) => items.slice(index * step, (index + 1) * step));
}
