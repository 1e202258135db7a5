import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";
import { itemText } from "./print-judged.ts";

/** `maildrill check <range>`: are all objectives reached, do all guards hold? Exit 1 when not. */
export const check: CliCommand = {
  define: (command) => {
    defineOnRange(command);
  },
  run: async (context, [range], options) => {
    const answer = await askAs(context, range, { verb: "check" }, options);
    printAnswer(context, options, answer, () => {
      return `${answer.items.map(itemText).join("")}\n${answer.solved ? "All of it holds." : "Not yet."}`;
    });
    return answer.solved ? exit.done : exit.no;
  },
};
