import { describeProblem } from "../base/problem.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";

/** `maildrill mend <range> <fault>`: takes a fault out again that was injected. Exit 1 where something was changed since, and left so. */
export const mend: CliCommand = {
  define: (command) => {
    defineOnRange(command, "instructor").argument("<fault>", "its id; the last one where it was injected several times");
  },
  run: async (context, [range, fault], options) => {
    const mended = await askAs(context, range, { verb: "mend", fault: String(fault) }, options);
    const { left } = mended;
    printAnswer(context, options, mended, () => {
      if (left.length === 0) return `${mended.fault} is out again.`;
      return `${mended.fault}: not all of it could be taken out.\n${left.map(describeProblem).join("\n")}`;
    });
    return left.length === 0 ? exit.done : exit.no;
  },
};
