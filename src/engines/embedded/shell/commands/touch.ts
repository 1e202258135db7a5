import { posix } from "node:path";
import type { Command } from "../command.ts";
import { parseDate } from "../dates.ts";
import { isDirectory } from "../file-system.ts";
import { describeOptionProblem, has, readOptions, valueOf } from "../options.ts";
import { resolvePath } from "../paths.ts";
import { statOf } from "../symlinks.ts";

/** touch: sets times by the range's clock. */
export const touch: Command = {
  name: "touch",
  run: async ({ args, cwd, machine }) => {
    const options = readOptions(args, "acmd:r:t:", ["no-create", "date=", "reference="]);
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("touch", options.problem), code: 1 };
    const { files, clock } = machine;
    const reference = valueOf(options, "r", "reference");
    const dateText = valueOf(options, "d", "date");
    const date = dateText === undefined ? clock.now() : parseDate(dateText, clock.now());
    if (date === undefined) return { stdout: "", stderr: `touch: invalid date format '${dateText}'\n`, code: 1 };
    const atMs = reference === undefined ? date : (statOf(files, resolvePath(cwd, reference))?.modifiedAtMs ?? date);
    let stderr = "";
    for (const operand of options.operands) {
      const path = resolvePath(cwd, operand);
      if (statOf(files, path) === undefined) {
        if (has(options, "c", "no-create") || isDirectory(files, path)) continue;
        if (!isDirectory(files, posix.dirname(path))) {
          stderr += `touch: cannot touch '${operand}': No such file or directory\n`;
          continue;
        }
        files.write(path, "");
      }
      files.setModifiedTime(path, atMs);
    }
    return { stdout: "", stderr, code: stderr === "" ? 0 : 1 };
  },
};
