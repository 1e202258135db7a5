import type { Command } from "../command.ts";
import { processesOf } from "../services.ts";

/** pgrep: process ids by name; -a and -l with the command. */
export const pgrep: Command = {
  name: "pgrep",
  run: async ({ args, machine }) => {
    const flags = args.filter((arg) => arg.startsWith("-")).join("");
    const pattern = args.find((arg) => !arg.startsWith("-"));
    if (pattern === undefined)
      return { stdout: "", stderr: "pgrep: no matching criteria specified\nTry `pgrep --help' for more information.\n", code: 2 };
    const matches = (name: string): boolean => (flags.includes("x") ? name === pattern : name.includes(pattern));
    const found = processesOf(machine).filter(({ comm, commandLine }) => matches(flags.includes("f") ? commandLine : comm));
    const line = (process: (typeof found)[number]): string =>
      flags.includes("a")
        ? `${process.pid} ${process.commandLine}\n`
        : flags.includes("l")
          ? `${process.pid} ${process.comm}\n`
          : `${process.pid}\n`;
    return { stdout: found.map(line).join(""), stderr: "", code: found.length === 0 ? 1 : 0 };
  },
};
