import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";

/** `maildrill answer <range> <goal> <text>`: answers a question among the goals; `check` tells whether it is right. */
export const answer: CliCommand = {
  define: (command) => {
    defineOnRange(command).argument("<goal>", "the question's id, see maildrill ticket").argument("<text...>");
  },
  run: async (context, [range, objective, words], options) => {
    const wish = { verb: "answer", objective: String(objective), text: (words as string[]).join(" ") } as const;
    const noted = await askAs(context, range, wish, options);
    printAnswer(context, options, noted, () => `Noted. \`maildrill check ${String(range)}\` tells whether it is right.`);
    return exit.done;
  },
};
