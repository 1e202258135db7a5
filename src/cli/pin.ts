import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";
import { pinnedText } from "./print-session.ts";
import { commandLine } from "./run.ts";

/** `maildrill pin <range> <host> -- <command>`: runs it and keeps what it printed as evidence. Exit 1 where it printed nothing. */
export const pin: CliCommand = {
  define: (command) => {
    defineOnRange(command)
      .argument("<host>", "one of your own")
      .argument("<command...>", "after --; several words are joined as a shell would read them")
      .addHelpText("after", "\nWhat you could have written yourself (echo, a file of your own) is kept as a note and proves nothing.");
  },
  run: async (context, [range, host, words], options) => {
    const wish = { verb: "pin", host: String(host), line: commandLine(words as string[]) } as const;
    const answer = await askAs(context, range, wish, options);
    const { pinned } = answer;
    printAnswer(context, options, answer, () => {
      return pinned === null ? "It printed nothing, and nothing is pinned." : `${pinned.text}\n${pinnedText(pinned)}`;
    });
    return pinned === null ? exit.no : exit.done;
  },
};
