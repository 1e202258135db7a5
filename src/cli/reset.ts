import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";

/** `maildrill reset <range>`: the range anew, broken as at the beginning, also after the engine lost it; pins and hints stay. */
export const reset: CliCommand = {
  define: (command) => {
    defineOnRange(command).addHelpText("after", "\nShells that are open in it end, and what was injected is gone.");
  },
  run: async (context, [range], options) => {
    const description = await askAs(context, range, { verb: "reset" }, options);
    printAnswer(context, options, description, () => `${description.range} is as it was at the beginning. Pins and hints stay.`);
    return exit.done;
  },
};
