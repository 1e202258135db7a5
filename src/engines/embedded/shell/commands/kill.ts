import type { Command } from "../command.ts";
import { processesOf } from "../services.ts";
import { deliver, readSignal } from "../signals.ts";

/** kill: signals to a daemon's main process: TERM, HUP, STOP, CONT, KILL. */
export const kill: Command = {
  name: "kill",
  run: async ({ args, machine }) => {
    if (args[0] === "-l")
      return { stdout: " 1) SIGHUP\t 2) SIGINT\t 3) SIGQUIT\t 9) SIGKILL\t15) SIGTERM\t18) SIGCONT\t19) SIGSTOP\n", stderr: "", code: 0 };
    const { signal, operands, problem } = readSignal(args);
    if (problem !== undefined) return { stdout: "", stderr: `bash: kill: ${problem}: invalid signal specification\n`, code: 1 };
    if (operands.length === 0) {
      return {
        stdout: "",
        stderr: "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n",
        code: 2,
      };
    }
    let stderr = "";
    for (const operand of operands) {
      if (!/^\d+$/.test(operand)) stderr += `bash: kill: ${operand}: arguments must be process or job IDs\n`;
      else {
        const process = processesOf(machine).find(({ pid }) => pid === Number(operand));
        if (process === undefined) stderr += `bash: kill: (${operand}) - No such process\n`;
        else deliver(machine, process, signal);
      }
    }
    return { stdout: "", stderr, code: stderr === "" ? 0 : 1 };
  },
};
