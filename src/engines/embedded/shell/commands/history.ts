import { failed, said } from "../answer.ts";
import type { Command } from "../command.ts";

/** history: the lines typed on this terminal. @param lines the shell's own list, oldest first */
export function historyCommand(lines: string[]): Command {
  return {
    name: "history",
    run: async ({ args }) => {
      const [first] = args;
      if (first === "-c") {
        lines.length = 0;
        return said("");
      }
      const count = first === undefined ? lines.length : Number(first);
      if (!Number.isInteger(count)) return failed(`bash: history: ${first}: numeric argument required\n`);
      const from = Math.max(0, lines.length - count);
      return said(
        lines
          .map((line, index) => `${String(index + 1).padStart(5)}  ${line}\n`)
          .slice(from)
          .join(""),
      );
    },
  };
}
