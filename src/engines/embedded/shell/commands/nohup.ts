import type { Command } from "../command.ts";
import { runWords } from "../run-words.ts";

/** nohup: the command runs; there is no hang-up to be protected from. */
export const nohup: Command = {
  name: "nohup",
  run: async (call) => {
    if (call.args.length === 0)
      return { stdout: "", stderr: "nohup: missing operand\nTry 'nohup --help' for more information.\n", code: 125 };
    return runWords(call, call.args, false);
  },
};
