import type { Command, CommandResult } from "../command.ts";
import { formatDate } from "../dates.ts";
import { pause } from "../interrupt.ts";
import { describeOptionProblem, readOptions, valueOf } from "../options.ts";

const usage = `
Usage:
 watch [options] command

For more details see watch(1).
`;

/** watch: a command again and again, on the range's clock, until Ctrl-C. Without a terminal it runs once. */
export const watch: Command = {
  name: "watch",
  run: async (call) => {
    const options = readOptions(call.args, "n:dtbegcxpwq:", ["interval=", "differences=?", "no-title", "color", "exec"], true);
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("watch", options.problem) + usage, code: 1 };
    if (options.operands.length === 0) return { stdout: "", stderr: usage, code: 1 };
    const line = options.operands.join(" ");
    const seconds = Math.max(0.1, Number(valueOf(options, "n", "interval") ?? 2) || 2);
    const once = async (): Promise<CommandResult> => (await call.shell?.(line)) ?? { stdout: "", stderr: "", code: 127 };
    const { console, machine, signal } = call;
    if (console === undefined) return once();
    const title = `Every ${seconds.toFixed(1)}s: ${line}`;
    while (!signal.aborted) {
      const { stdout, stderr } = await once();
      const stamp = `${machine.name.split(".")[0]}: ${formatDate("%a %b %e %H:%M:%S %Y", machine.clock.now())}`;
      const head = title + stamp.padStart(Math.max(stamp.length + 1, console.columns - title.length));
      const body = (stdout + stderr)
        .split("\n")
        .slice(0, Math.max(1, console.rows - 2))
        .join("\n");
      console.write(`${console.canBeRaw ? "\x1b[H\x1b[2J" : ""}${head}\n\n${body}${console.canBeRaw ? "" : "\n"}`);
      await pause(machine.clock, seconds * 1000, signal);
    }
    return { stdout: "", stderr: "", code: 130 };
  },
};
