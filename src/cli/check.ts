import { askRange } from "../session/range-client.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { itemText } from "./print-judged.ts";

/** `maildrill check <range>`: are all objectives reached, do all guards hold? Exit 1 when not. */
export const check: CliCommand = {
  define: (command) => {
    command.argument("<range>", "its name, see maildrill ps").option("--json", "print one JSON document");
  },
  run: async (context, [range], options) => {
    const { solved, items } = await askRange(runtimeFolder(context.env), String(range), { verb: "check" });
    if (options.json === true) context.stdout.write(`${JSON.stringify({ solved, items }, null, 2)}\n`);
    else {
      for (const item of items) context.stdout.write(itemText(item));
      context.stdout.write(solved ? "\nAll of it holds.\n" : "\nNot yet.\n");
    }
    return solved ? exit.done : exit.no;
  },
};
