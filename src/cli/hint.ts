import { folded } from "../base/reading.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";

/** `maildrill hint <range>`: the next hint that what you pinned does not make needless. Exit 1 where there is none left. */
export const hint: CliCommand = {
  define: (command) => {
    defineOnRange(command);
  },
  run: async (context, [range], options) => {
    const answer = await askAs(context, range, { verb: "hint" }, options);
    printAnswer(context, options, answer, () => folded(answer.hint ?? "There are no more hints.", context.stdout.columns));
    return answer.hint === null ? exit.no : exit.done;
  },
};
