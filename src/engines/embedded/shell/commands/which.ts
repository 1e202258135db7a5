import { posix } from "node:path";
import type { Command } from "../command.ts";
import { programPath } from "../program-paths.ts";
import { statOf } from "../symlinks.ts";

/** which: where a program stands. @param exists whether the shell has a command of this name */
export function whichCommand(exists: (name: string) => boolean): Command {
  return {
    name: "which",
    run: async ({ args, machine, env }) => {
      let stdout = "";
      let missing = false;
      for (const name of args.filter((arg) => !arg.startsWith("-"))) {
        const onDisk = (env.PATH ?? "")
          .split(":")
          .map((directory) => posix.join(directory, name))
          .find((path) => isExecutable(machine, path));
        const path = onDisk ?? (exists(posix.basename(name)) ? programPath(posix.basename(name)) : undefined);
        if (path === undefined) missing = true;
        else stdout += `${path}\n`;
      }
      return { stdout, stderr: "", code: missing || args.length === 0 ? 1 : 0 };
    },
  };
}

function isExecutable(machine: Parameters<Command["run"]>[0]["machine"], path: string): boolean {
  const stat = statOf(machine.files, path);
  return stat?.kind === "file" && (stat.mode & 0o111) !== 0;
}
