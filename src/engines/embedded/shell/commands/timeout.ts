import type { Command } from "../command.ts";
import { pause } from "../interrupt.ts";
import { describeOptionProblem, has, readOptions, valueOf } from "../options.ts";
import { durationOf, runWords } from "../run-words.ts";

/** timeout: ends a command after a while of the range's time; 124 when it had to. */
export const timeout: Command = {
  name: "timeout",
  run: async (call) => {
    const options = readOptions(call.args, "k:s:v", ["kill-after=", "signal=", "preserve-status", "foreground", "verbose"], true);
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("timeout", options.problem), code: 125 };
    const [durationText, ...words] = options.operands;
    if (durationText === undefined || words.length === 0) {
      return { stdout: "", stderr: "timeout: missing operand\nTry 'timeout --help' for more information.\n", code: 125 };
    }
    const durationMs = durationOf(durationText);
    if (durationMs === undefined) {
      return {
        stdout: "",
        stderr: `timeout: invalid time interval ‘${durationText}’\nTry 'timeout --help' for more information.\n`,
        code: 125,
      };
    }
    const ended = new AbortController();
    const over = new AbortController();
    // Nought and infinity set no alarm.
    const endless = durationMs === 0 || durationMs === Number.POSITIVE_INFINITY;
    const alarm = endless ? Promise.resolve(false) : pause(call.machine.clock, durationMs, AbortSignal.any([call.signal, ended.signal]));
    const rung = alarm.then((whole) => {
      if (whole) over.abort();
    });
    const child = await runWords(call, words, true, over.signal);
    ended.abort();
    await rung;
    const status = has(options, "preserve-status") ? 143 : valueOf(options, "s", "signal") === "KILL" ? 137 : 124;
    return over.signal.aborted ? { ...child, code: status } : child;
  },
};
