import type { Command } from "../command.ts";
import { isDirectory } from "../file-system.ts";
import { directoryName, resolvePath } from "../paths.ts";
import { realPath } from "../symlinks.ts";

/** realpath: the path behind all links. */
export const realpath: Command = {
  name: "realpath",
  run: async ({ args, cwd, machine }) => {
    const operands = args.filter((arg) => !arg.startsWith("-"));
    if (operands.length === 0)
      return { stdout: "", stderr: "realpath: missing operand\nTry 'realpath --help' for more information.\n", code: 1 };
    let [stdout, stderr] = ["", ""];
    for (const operand of operands) {
      const path = realPath(machine.files, resolvePath(cwd, operand));
      if (isDirectory(machine.files, directoryName(path))) stdout += `${path}\n`;
      else stderr += `realpath: ${operand}: No such file or directory\n`;
    }
    return { stdout, stderr, code: stderr === "" ? 0 : 1 };
  },
};
