import type { Command } from "../command.ts";
import { pause } from "../interrupt.ts";
import { durationOf } from "../run-words.ts";

/** sleep: on the range's clock. */
export const sleep: Command = {
  name: "sleep",
  run: async ({ args, machine, signal }) => {
    if (args.length === 0) return { stdout: "", stderr: "sleep: missing operand\nTry 'sleep --help' for more information.\n", code: 1 };
    let totalMs = 0;
    for (const arg of args) {
      const durationMs = durationOf(arg);
      if (durationMs === undefined)
        return { stdout: "", stderr: `sleep: invalid time interval '${arg}'\nTry 'sleep --help' for more information.\n`, code: 1 };
      totalMs += durationMs;
    }
    // Longer than any range lives; a timer at infinity would be due as soon as nothing else is.
    const whole = await pause(machine.clock, Math.min(totalMs, 100 * 365 * 86_400_000), signal);
    return { stdout: "", stderr: "", code: whole ? 0 : 130 };
  },
};
