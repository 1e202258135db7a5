import { askRange, findRanges } from "../session/range-client.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { sweepLeftovers, sweptFields, sweptText, waitingRanges } from "./leftovers.ts";

/** `maildrill ps`: the ranges that this user's processes keep, and those on Docker that wait for a session to go on. */
export const ps: CliCommand = {
  define: (command) => {
    command.option("--json", "print one JSON document");
  },
  run: async (context, _args, options) => {
    const folder = runtimeFolder(context.env);
    const { alive, gone } = await findRanges(folder);
    const ranges = await Promise.all(alive.map((range) => askRange(folder, range, { verb: "describe" })));
    const swept = await sweepLeftovers(context);
    const waiting = await waitingRanges(context);
    if (options.json === true) context.stdout.write(`${JSON.stringify({ ranges, waiting, gone, ...sweptFields(swept) }, null, 2)}\n`);
    else {
      for (const { range, engine, seed, hosts, pid } of ranges) {
        context.stdout.write(`${range.padEnd(20)} ${engine}  seed ${seed}  ${hosts.length} hosts  process ${pid}\n`);
      }
      for (const range of gone) context.stdout.write(`${range.padEnd(20)} its process is gone, and the range with it\n`);
      for (const { range, until } of waiting) {
        context.stdout.write(
          `${range.padEnd(20)} docker  waits for its learner to go on (maildrill play), until ${until.slice(0, 16)} UTC\n`,
        );
      }
      context.stdout.write(sweptText(swept));
      if (ranges.length + waiting.length === 0) context.stdout.write("Nothing is running. Start something: maildrill up <codename>.\n");
    }
    return exit.done;
  },
};
