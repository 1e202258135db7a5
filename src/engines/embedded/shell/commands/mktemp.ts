import type { Command } from "../command.ts";
import { has, readOptions, valueOf } from "../options.ts";
import { resolvePath } from "../paths.ts";

/** mktemp: a new file or directory with a drawn name. */
export const mktemp: Command = {
  name: "mktemp",
  run: async ({ args, cwd, machine }) => {
    const options = readOptions(args, "dqp:tu", ["directory", "quiet", "tmpdir=?", "dry-run", "suffix="]);
    const [template = "tmp.XXXXXXXXXX"] = options.operands;
    const marks = /X{3,}(?=[^X]*$)/.exec(template);
    if (marks === null) return { stdout: "", stderr: `mktemp: too few X's in template ‘${template}’\n`, code: 1 };
    const name = template.slice(0, marks.index) + machine.random.hex(marks[0].length) + template.slice(marks.index + marks[0].length);
    const directory =
      options.operands[0] === undefined || has(options, "p", "t", "tmpdir") ? (valueOf(options, "p", "tmpdir") ?? "/tmp") : cwd;
    const path = resolvePath(directory, name);
    if (!has(options, "u", "dry-run")) {
      if (has(options, "d", "directory")) machine.files.makeDirectory(path);
      else machine.files.write(path, "", { mode: 0o600 });
    }
    return { stdout: `${options.operands[0] === undefined ? path : name}\n`, stderr: "", code: 0 };
  },
};
