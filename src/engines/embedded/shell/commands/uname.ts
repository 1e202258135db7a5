import type { Command } from "../command.ts";

const kernel = "6.1.0-40-amd64";
const version = "#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)";

/** uname: a Debian 12 kernel. */
export const uname: Command = {
  name: "uname",
  run: async ({ args, machine }) => {
    const parts: Readonly<Record<string, string>> = { s: "Linux", n: machine.name, r: kernel, v: version, m: "x86_64", o: "GNU/Linux" };
    const letters =
      args.length === 0
        ? "s"
        : args.flatMap((arg) => (arg === "-a" || arg === "--all" ? [..."snrvmo"] : [...arg.replace(/^-+/, "")])).join("");
    const shown = [..."snrvmo"].filter((letter) => letters.includes(letter)).map((letter) => parts[letter] ?? "");
    if (shown.length === 0)
      return { stdout: "", stderr: `uname: extra operand '${args[0]}'\nTry 'uname --help' for more information.\n`, code: 1 };
    return { stdout: `${shown.join(" ")}\n`, stderr: "", code: 0 };
  },
};
