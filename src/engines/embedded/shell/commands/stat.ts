import { accountsOf } from "../accounts.ts";
import type { Command } from "../command.ts";
import { fullDate, listingStat, modeText, shownSize } from "../file-listing.ts";
import { describeOptionProblem, has, readOptions, valueOf } from "../options.ts";
import { resolvePath } from "../paths.ts";
import { linkTarget, statOf } from "../symlinks.ts";

/** stat: a file's attributes; -c with the usual directives. */
export const stat: Command = {
  name: "stat",
  run: async ({ args, cwd, machine }) => {
    const options = readOptions(args, "c:Lft", ["format=", "printf=", "dereference", "terse"]);
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("stat", options.problem), code: 1 };
    if (options.operands.length === 0) {
      return { stdout: "", stderr: "stat: missing operand\nTry 'stat --help' for more information.\n", code: 1 };
    }
    const { files, clock } = machine;
    const accounts = accountsOf(files);
    let [stdout, stderr] = ["", ""];
    for (const operand of options.operands) {
      const path = resolvePath(cwd, operand);
      const own = listingStat(files, path, clock.now());
      const found = has(options, "L", "dereference") ? (statOf(files, path) ?? own) : own;
      if (found === undefined) {
        stderr += `stat: cannot statx '${operand}': No such file or directory\n`;
        continue;
      }
      const size = shownSize(found);
      const octal = (found.mode & 0o7777).toString(8);
      const kind =
        found.kind === "symlink"
          ? "symbolic link"
          : found.kind === "directory"
            ? "directory"
            : size === 0
              ? "regular empty file"
              : "regular file";
      const [uid, gid] = [accounts.userId(found.owner), accounts.groupId(found.group)];
      const letters = modeText(found.kind, found.mode);
      const date = fullDate(found.modifiedAtMs);
      const seconds = String(Math.floor(found.modifiedAtMs / 1000));
      const blocks = Math.ceil(size / 4096) * 8;
      const format = valueOf(options, "c", "format", "printf");
      if (format !== undefined) {
        const values: Readonly<Record<string, string>> = {
          ...{
            n: operand,
            N: `'${operand}'`,
            s: String(size),
            U: found.owner,
            G: found.group,
            u: String(uid),
            g: String(gid),
            a: octal,
            A: letters,
          },
          ...{
            F: kind,
            y: date,
            z: date,
            x: date,
            w: date,
            Y: seconds,
            Z: seconds,
            X: seconds,
            W: seconds,
            b: String(blocks),
            B: "512",
            h: "1",
            "%": "%",
          },
        };
        const text = format.replace(/%(.)/g, (whole, letter: string) => values[letter] ?? whole);
        stdout += has(options, "printf") ? text.replaceAll("\\n", "\n").replaceAll("\\t", "\t") : `${text}\n`;
        continue;
      }
      const name = found.kind === "symlink" ? `${operand} -> ${linkTarget(files, path) ?? ""}` : operand;
      const pad = (id: number): string => String(id).padStart(5);
      stdout +=
        `  File: ${name}\n  Size: ${String(size).padEnd(10)}\tBlocks: ${String(blocks).padEnd(10)} IO Block: 4096   ${kind}\n` +
        `Access: (${octal.padStart(4, "0")}/${letters})  Uid: (${pad(uid)}/${found.owner.padStart(8)})   Gid: (${pad(gid)}/${found.group.padStart(8)})\n` +
        `Access: ${date}\nModify: ${date}\nChange: ${date}\n Birth: ${date}\n`;
    }
    return { stdout, stderr, code: stderr === "" ? 0 : 1 };
  },
};
