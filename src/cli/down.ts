import { ProblemError } from "../base/problem.ts";
import { askRange, liveRanges } from "../session/range-client.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";

/** `maildrill down <range>|--all`: stops ranges, and clears away what dead processes left behind. */
export const down: CliCommand = {
  define: (command) => {
    command
      .argument("[range]", "its name, see maildrill ps")
      .option("--all", "every range of this user")
      .option("--json", "print one JSON document");
  },
  run: async (context, [range], options) => {
    const folder = runtimeFolder(context.env);
    if (range === undefined && options.all !== true) {
      throw new ProblemError({ code: "no-range", message: "Which range?", hint: "Name one (maildrill ps lists them), or say --all." });
    }
    const names = options.all === true ? await liveRanges(folder) : [String(range)];
    for (const name of names) await askRange(folder, name, { verb: "down" });
    if (options.json === true) context.stdout.write(`${JSON.stringify({ stopped: names })}\n`);
    else context.stdout.write(names.length === 0 ? "Nothing was running.\n" : names.map((name) => `${name} is down\n`).join(""));
    return exit.done;
  },
};
