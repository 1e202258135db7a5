import { askRange, liveRanges } from "../session/range-client.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";

/** `maildrill ps`: the ranges that this user's processes keep. */
export const ps: CliCommand = {
  define: (command) => {
    command.option("--json", "print one JSON document");
  },
  run: async (context, _args, options) => {
    const folder = runtimeFolder(context.env);
    const ranges = await Promise.all((await liveRanges(folder)).map((range) => askRange(folder, range, { verb: "describe" })));
    if (options.json === true) context.stdout.write(`${JSON.stringify({ ranges }, null, 2)}\n`);
    else if (ranges.length === 0) context.stdout.write("Nothing is running. Start something: maildrill up <codename>.\n");
    else {
      for (const { range, engine, seed, hosts, pid } of ranges) {
        context.stdout.write(`${range.padEnd(20)} ${engine}  seed ${seed}  ${hosts.length} hosts  process ${pid}\n`);
      }
    }
    return exit.done;
  },
};
