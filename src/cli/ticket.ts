import { readable } from "../base/reading.ts";
import { askRange } from "../session/range-client.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { printAnswer } from "./on-range.ts";
import { goalsText } from "./print-session.ts";

/** `maildrill ticket <range>`: what was reported, and what is to be reached; with `--json` all that a learner's screen shows. */
export const ticket: CliCommand = {
  define: (command) => {
    command
      .argument("<range>", "its name, see maildrill ps")
      .option("--json", "print one JSON document: all that a learner's screen shows");
  },
  run: async (context, [range], options) => {
    const view = await askRange(runtimeFolder(context.env), String(range), { verb: "view" }, context.signal);
    printAnswer(context, options, view, () => {
      const text = readable(view.ticket.trim(), context.stdout.columns);
      return `${view.title} (${view.codename}, ${view.state})\n\n${text}\n\nWhat is to be reached\n${goalsText(view)}`;
    });
    return exit.done;
  },
};
