import { askRange } from "../session/range-client.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { printAnswer } from "./on-range.ts";
import { pinsText } from "./print-session.ts";

/** `maildrill pins <range>`: what was kept as evidence so far. */
export const pins: CliCommand = {
  define: (command) => {
    command.argument("<range>", "its name, see maildrill ps").option("--json", "print one JSON document");
  },
  run: async (context, [range], options) => {
    const view = await askRange(runtimeFolder(context.env), String(range), { verb: "view" }, context.signal);
    printAnswer(context, options, { pins: view.pins }, () => pinsText(view));
    return exit.done;
  },
};
