import type { Command } from "../command.ts";
import { manualHints } from "../manual-hints.ts";

/** man: not the manual, but what a command is for, in our words. */
export const man: Command = {
  name: "man",
  run: async ({ args }) => {
    const name = args.findLast((arg) => !/^(-.*|\d[a-z]*)$/.test(arg));
    if (name === undefined) return { stdout: "", stderr: "What manual page do you want?\nFor example, try 'man man'.\n", code: 1 };
    const hint = manualHints[name];
    if (hint === undefined) return { stdout: "", stderr: `No manual entry for ${name}\n`, code: 16 };
    return { stdout: `${name}: ${hint}\n\n(maildrill's own hint; the real manual is not on this host)\n`, stderr: "", code: 0 };
  },
};
