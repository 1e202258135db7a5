import { FileError } from "../../files/file-tree.ts";
import type { Command } from "../command.ts";
import { describeOptionProblem, has, readOptions, valueOf } from "../options.ts";
import { resolvePath } from "../paths.ts";

/** head: the start of files; `-n -N` all but the last N. */
export const head: Command = {
  name: "head",
  run: async ({ args, cwd, machine, stdin }) => {
    const options = readOptions(
      args.map((arg, index) => (index === 0 ? arg.replace(/^-(\d+)$/, "-n$1") : arg)),
      "n:c:qvz",
      ["lines=", "bytes=", "quiet", "silent", "verbose"],
    );
    if (options.problem !== undefined)
      return { stdout: "", stderr: `${describeOptionProblem("head", options.problem)}Try 'head --help' for more information.\n`, code: 1 };
    const bytes = valueOf(options, "c", "bytes");
    const text = bytes ?? valueOf(options, "n", "lines") ?? "10";
    if (!/^[+-]?\d+$/.test(text))
      return { stdout: "", stderr: `head: invalid number of ${bytes === undefined ? "lines" : "bytes"}: '${text}'\n`, code: 1 };
    const count = Number(text);
    const operands = options.operands.length === 0 ? ["-"] : options.operands;
    const titled = (operands.length > 1 || has(options, "v", "verbose")) && !has(options, "q", "quiet", "silent");
    let [stdout, stderr] = ["", ""];
    for (const operand of operands) {
      try {
        const content = operand === "-" ? stdin : machine.files.read(resolvePath(cwd, operand));
        if (content === undefined) stderr += `head: cannot open '${operand}' for reading: No such file or directory\n`;
        else
          stdout += `${titled ? `${stdout === "" ? "" : "\n"}==> ${operand === "-" ? "standard input" : operand} <==\n` : ""}${startOf(content, count, bytes !== undefined)}`;
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        stderr += `head: error reading '${operand}': Is a directory\n`;
      }
    }
    return { stdout, stderr, code: stderr === "" ? 0 : 1 };
  },
};

/** A negative count leaves that many off at the end. */
function startOf(text: string, count: number, bytes: boolean): string {
  if (bytes) {
    const all = Buffer.from(text);
    return all.subarray(0, count < 0 ? Math.max(0, all.length + count) : count).toString();
  }
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).slice(0, count < 0 ? count : Math.max(0, count)).join("");
}
