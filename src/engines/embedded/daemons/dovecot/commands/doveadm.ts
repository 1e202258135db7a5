import type { Command, CommandResult } from "../../../shell/command.ts";
import { adminCommands } from "./admin-commands.ts";
import { type DoveadmCall, DoveadmExit, EXIT } from "./doveadm-call.ts";
import { DOVEADM_USAGE, DOVEADM_WORDS, groupUsage } from "./doveadm-usage.ts";
import { mailboxCommands } from "./mailbox-commands.ts";
import { messageCommands } from "./message-commands.ts";
import { quotaCommands } from "./quota-commands.ts";
import { RECORD_FORMATS, type RecordFormat } from "./records.ts";

type Run = (call: DoveadmCall) => CommandResult;

/** By the words that name them: `mailbox status`, `reload`. */
const COMMANDS: ReadonlyMap<string, Run> = new Map([
  ...Object.entries(adminCommands),
  ...Object.entries(mailboxCommands),
  ...Object.entries(messageCommands),
  ...Object.entries(quotaCommands),
]);

/** doveadm(1) of Dovecot 2.3.19. */
export const doveadm: Command = {
  name: "doveadm",
  run: async ({ machine, args }) => {
    try {
      const { format, words } = globalOptions(args);
      const [first = "", second = ""] = words;
      const run = COMMANDS.get(`${first} ${second}`);
      if (run !== undefined) return run({ machine, args: words.slice(2), ...format });
      const single = COMMANDS.get(first);
      if (single !== undefined) return single({ machine, args: words.slice(1), ...format });
      const group = groupUsage(first);
      if (group !== undefined && !group.includes(`\n  ${second} `)) throw new DoveadmExit(group, EXIT.usage);
      if (!DOVEADM_WORDS.has(first)) throw new DoveadmExit(DOVEADM_USAGE, EXIT.usage);
      machine.notSimulated(`doveadm ${group === undefined ? first : `${first} ${second}`}`);
      return { stdout: "", stderr: `doveadm ${first}: not simulated on the embedded engine\n`, code: 127 };
    } catch (error) {
      if (error instanceof DoveadmExit) return error.result;
      throw error;
    }
  },
};

function globalOptions(args: readonly string[]): {
  readonly format: { readonly format?: RecordFormat };
  readonly words: readonly string[];
} {
  let format: RecordFormat | undefined;
  let at = 0;
  for (; (args[at] ?? "").startsWith("-"); at++) {
    const word = args[at] ?? "";
    if (word === "-f") {
      const name = args[++at] ?? "";
      format = RECORD_FORMATS.find((each) => each === name);
      if (format === undefined) throw new DoveadmExit(`doveadm: Fatal: Unknown print formatter: ${name}\n`, EXIT.temporary);
    } else if (!/^-[Dv]+$/.test(word)) throw new DoveadmExit(`doveadm: invalid option -- '${word[1]}'\n${DOVEADM_USAGE}`, EXIT.usage);
  }
  return { format: format === undefined ? {} : { format }, words: args.slice(at) };
}
