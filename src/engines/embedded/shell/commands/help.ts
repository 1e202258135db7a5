import type { Command } from "../command.ts";
import { manualHints } from "../manual-hints.ts";

/** help: what one can type here, in maildrill's words. @param names every command of the host */
export function helpCommand(names: () => readonly string[]): Command {
  return {
    name: "help",
    run: async () => {
      const known = names().filter((name) => name in manualHints);
      const width = Math.max(...known.map((name) => name.length)) + 2;
      const line = (name: string): string => `  ${name.padEnd(width)}${(manualHints[name] ?? "").split("\n")[0]?.split(/[.:;]/)[0]}\n`;
      return {
        stdout: `On this host you can type, among others (man NAME tells more):\n${known.sort().map(line).join("")}`,
        stderr: "",
        code: 0,
      };
    },
  };
}
