import type { Command } from "../../../shell/command.ts";
import { logOf, runningPostfix } from "./mail-command.ts";

/**
 * The same command, whose warnings and fatal errors stand in the mail log as well, each under the name of the program that gave it.
 * Only while Postfix runs: postlogd(8) writes them.
 */
export function withLoggedComplaints(command: Command): Command {
  return {
    ...command,
    async run(call) {
      const result = await command.run(call);
      if (runningPostfix(call.machine) === undefined) return result;
      const pids = new Map<string, number>();
      for (const [, name = "", text = ""] of result.stderr.matchAll(/^(\w+): ((?:warning|error|fatal): .*)$/gm)) {
        const pid = pids.get(name) ?? call.machine.newPid();
        pids.set(name, pid);
        logOf(call.machine).complaint({ name, pid }, text);
      }
      return result;
    },
  };
}
