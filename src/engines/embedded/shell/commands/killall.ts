import type { Command } from "../command.ts";
import { signalByName } from "../signals.ts";

/** killall: by the whole name. */
export const killall: Command = {
  name: "killall",
  run: async ({ args, machine }) => {
    const name = args.findLast((arg) => !arg.startsWith("-"));
    if (name === undefined) return { stdout: "", stderr: "killall: no process selection criteria\n", code: 1 };
    const result = signalByName(machine, ["-x", ...args]);
    return result.code === 0 ? result : { ...result, stderr: `${name}: no process found\n` };
  },
};
