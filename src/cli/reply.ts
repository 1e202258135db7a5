import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";
import { debriefText } from "./print-session.ts";

/** `maildrill reply <range> <text>`: when it is mended, what your user is told; closes the ticket, and shows how it was. */
export const reply: CliCommand = {
  define: (command) => {
    defineOnRange(command).argument("<text...>", "what was wrong, and what you did");
  },
  run: async (context, [range, words], options) => {
    const closed = await askAs(context, range, { verb: "reply", text: (words as string[]).join(" ") }, options);
    printAnswer(context, options, closed, () => debriefText(closed, context.stdout.columns));
    return exit.done;
  },
};
