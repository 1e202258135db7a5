import { posix } from "node:path";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { fullDate } from "../file-listing.ts";
import { directoryEntries, isDirectory } from "../file-system.ts";
import { type Change, changesBetween } from "../line-diff.ts";
import { describeOptionProblem, has, type Options, readOptions, valueOf } from "../options.ts";
import { resolvePath } from "../paths.ts";
import { statOf } from "../symlinks.ts";

/** diff: normal and unified (-u, -U N), -q, -r, -b, -w, -i, -B. */
export const diff: Command = {
  name: "diff",
  run: async (call) => {
    const options = readOptions(call.args, "uU:qrbwiBNs", [
      "unified=?",
      "brief",
      "recursive",
      "ignore-space-change",
      "ignore-all-space",
      "color=?",
      "new-file",
    ]);
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("diff", options.problem), code: 2 };
    const [left, right] = options.operands;
    if (left === undefined || right === undefined) {
      return {
        stdout: "",
        stderr: `diff: missing operand after '${left ?? "diff"}'\ndiff: Try 'diff --help' for more information.\n`,
        code: 2,
      };
    }
    const { files } = call.machine;
    const [leftPath, rightPath] = [resolvePath(call.cwd, left), resolvePath(call.cwd, right)];
    if (isDirectory(files, leftPath) && isDirectory(files, rightPath)) return directories(call, options, left, right);
    return compare(
      call,
      options,
      isDirectory(files, leftPath) ? posix.join(left, posix.basename(right)) : left,
      isDirectory(files, rightPath) ? posix.join(right, posix.basename(left)) : right,
    );
  },
};

function directories(call: CommandCall, options: Options, left: string, right: string): CommandResult {
  const { files } = call.machine;
  const names = (operand: string): string[] => directoryEntries(files, resolvePath(call.cwd, operand));
  const [own, other] = [names(left), names(right)];
  const result = { stdout: "", stderr: "", code: 0 };
  for (const name of [...new Set([...own, ...other])].sort()) {
    const only = own.includes(name) ? (other.includes(name) ? undefined : left) : right;
    if (only !== undefined) {
      result.stdout += `Only in ${only}: ${name}\n`;
      result.code = 1;
      continue;
    }
    const [leftName, rightName] = [posix.join(left, name), posix.join(right, name)];
    const both = isDirectory(files, resolvePath(call.cwd, leftName)) && isDirectory(files, resolvePath(call.cwd, rightName));
    if (both && !has(options, "r", "recursive")) {
      result.stdout += `Common subdirectories: ${leftName} and ${rightName}\n`;
      continue;
    }
    const one = both ? directories(call, options, leftName, rightName) : compare(call, options, leftName, rightName);
    if (one.stdout !== "" && !both)
      result.stdout += `diff ${call.args.filter((arg) => arg.startsWith("-")).join(" ")} ${leftName} ${rightName}\n`.replace(
        "diff  ",
        "diff ",
      );
    result.stdout += one.stdout;
    result.stderr += one.stderr;
    result.code = Math.max(result.code, one.code);
  }
  return result;
}

function compare(call: CommandCall, options: Options, left: string, right: string): CommandResult {
  const texts = [left, right].map((operand) => (operand === "-" ? call.stdin : readText(call, operand)));
  const missing = [left, right].filter((_, index) => texts[index] === undefined);
  if (missing.length > 0)
    return { stdout: "", stderr: missing.map((name) => `diff: ${name}: No such file or directory\n`).join(""), code: 2 };
  const [oldText = "", newText = ""] = texts;
  const [oldLines, newLines] = [linesOf(oldText), linesOf(newText)];
  const key = keyOf(options);
  const changes = changesBetween(oldLines.map(key), newLines.map(key));
  if (changes.length === 0) return { stdout: has(options, "s") ? `Files ${left} and ${right} are identical\n` : "", stderr: "", code: 0 };
  if (has(options, "q", "brief")) return { stdout: `Files ${left} and ${right} differ\n`, stderr: "", code: 1 };
  const context = has(options, "u", "U", "unified") ? Number(valueOf(options, "U", "unified") ?? 3) : undefined;
  if (context === undefined) return { stdout: changes.map((change) => normal(change, oldLines, newLines)).join(""), stderr: "", code: 1 };
  const title = (mark: string, operand: string): string =>
    `${mark} ${operand}\t${fullDate(statOf(call.machine.files, resolvePath(call.cwd, operand))?.modifiedAtMs ?? call.machine.clock.now())}\n`;
  return { stdout: title("---", left) + title("+++", right) + unified(changes, oldLines, newLines, context), stderr: "", code: 1 };
}

function readText(call: CommandCall, operand: string): string | undefined {
  const path = resolvePath(call.cwd, operand);
  return isDirectory(call.machine.files, path) ? undefined : call.machine.files.read(path);
}

/** A last line without an end is marked, as diff marks it. */
function linesOf(text: string): string[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines.map((line) => (line.endsWith("\n") ? line.slice(0, -1) : `${line}\n\\ No newline at end of file`));
}

function keyOf(options: Options): (line: string) => string {
  return (line) => {
    const spaced = has(options, "w", "ignore-all-space")
      ? line.replace(/\s+/g, "")
      : has(options, "b", "ignore-space-change")
        ? line.replace(/\s+/g, " ").trimEnd()
        : line;
    return has(options, "i") ? spaced.toLowerCase() : spaced;
  };
}

function normal({ fromOld, oldCount, fromNew, newCount }: Change, oldLines: readonly string[], newLines: readonly string[]): string {
  const letter = oldCount === 0 ? "a" : newCount === 0 ? "d" : "c";
  const rows = (from: number, count: number): string =>
    count === 0 ? String(from) : count === 1 ? String(from + 1) : `${from + 1},${from + count}`;
  const marked = (mark: string, lines: readonly string[]): string => lines.map((line) => `${mark} ${line}\n`).join("");
  const between = letter === "c" ? "---\n" : "";
  const removed = marked("<", oldLines.slice(fromOld, fromOld + oldCount));
  return `${rows(fromOld, oldCount)}${letter}${rows(fromNew, newCount)}\n${removed}${between}${marked(">", newLines.slice(fromNew, fromNew + newCount))}`;
}

function unified(changes: readonly Change[], oldLines: readonly string[], newLines: readonly string[], context: number): string {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    if (last !== undefined && change.fromOld - (last.fromOld + last.oldCount) <= context * 2) hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  return hunks.map((hunk) => hunkText(hunk, oldLines, newLines, context)).join("");
}

function hunkText(hunk: readonly Change[], oldLines: readonly string[], newLines: readonly string[], context: number): string {
  const [first, last] = [hunk[0], hunk.at(-1)];
  if (first === undefined || last === undefined) return "";
  const before = Math.min(context, first.fromOld);
  const after = Math.min(context, oldLines.length - last.fromOld - last.oldCount);
  const oldStart = first.fromOld - before;
  const newStart = first.fromNew - before;
  const oldCount = last.fromOld + last.oldCount + after - oldStart;
  const newCount = last.fromNew + last.newCount + after - newStart;
  const range = (start: number, count: number): string => (count === 1 ? String(start + 1) : `${count === 0 ? start : start + 1},${count}`);
  let [text, row] = [`@@ -${range(oldStart, oldCount)} +${range(newStart, newCount)} @@\n`, oldStart];
  for (const change of hunk) {
    for (; row < change.fromOld; row++) text += ` ${oldLines[row]}\n`;
    for (; row < change.fromOld + change.oldCount; row++) text += `-${oldLines[row]}\n`;
    for (const line of newLines.slice(change.fromNew, change.fromNew + change.newCount)) text += `+${line}\n`;
  }
  for (; row < oldStart + oldCount; row++) text += ` ${oldLines[row]}\n`;
  return text;
}
