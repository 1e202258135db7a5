import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";
import { debriefText } from "./print-session.ts";

/** `maildrill give-up <range>`: ends the session in it and shows how it was; the range stands until it is taken down. */
export const giveUp: CliCommand = {
  define: (command) => {
    defineOnRange(command);
  },
  run: async (context, [range], options) => {
    const ended = await askAs(context, range, { verb: "give-up" }, options);
    printAnswer(context, options, ended, () => debriefText(ended, context.stdout.columns));
    return exit.done;
  },
};
