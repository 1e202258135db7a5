import { readable } from "../base/reading.ts";
import { askRange } from "../session/range-client.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";
import { escalationText, partiesText } from "./print-session.ts";

/** `maildrill escalate <range> [party]`: writes to other people, with all that is pinned; alone, whom there is. Exit 1 when they turn it down. */
export const escalate: CliCommand = {
  define: (command) => {
    defineOnRange(command).argument("[party...]", "whom, by name or domain");
  },
  run: async (context, [range, words], options) => {
    const party = (words as string[]).join(" ");
    if (party === "") {
      const { parties } = await askRange(runtimeFolder(context.env), String(range), { verb: "view" }, context.signal);
      printAnswer(context, options, { parties }, () => partiesText({ parties }));
      return exit.done;
    }
    const answer = await askAs(context, range, { verb: "escalate", party }, options);
    printAnswer(context, options, answer, () => readable(escalationText(answer), context.stdout.columns));
    return answer.status === "taken" ? exit.done : exit.no;
  },
};
