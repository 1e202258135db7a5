import type { Command } from "../command.ts";
import { describeOptionProblem, has, readOptions } from "../options.ts";
import { runWords } from "../run-words.ts";

/** sudo: everybody here is root already; the command runs. */
export const sudo: Command = {
  name: "sudo",
  run: async (call) => {
    const options = readOptions(call.args, "u:g:EHnSikslvKA", ["user=", "login", "shell", "non-interactive"], true);
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("sudo", options.problem), code: 1 };
    const words = options.operands.filter(
      (word, index, all) => !(/^\w+=/.test(word) && all.slice(0, index).every((before) => /^\w+=/.test(before))),
    );
    if (words.length === 0) {
      if (has(options, "i", "s", "login", "shell", "l", "v", "k", "K")) return { stdout: "", stderr: "", code: 0 };
      return { stdout: "", stderr: "usage: sudo -h | -K | -k | -V\nusage: sudo [-u user] [command [arg ...]]\n", code: 1 };
    }
    const result = await runWords(call, words, true);
    return result.code === 127
      ? { ...result, stderr: result.stderr.replace(/^bash: (\S+): command not found$/m, "sudo: $1: command not found") }
      : result;
  },
};
