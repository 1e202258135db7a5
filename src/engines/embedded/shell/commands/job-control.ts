import type { Command } from "../command.ts";

function fixed(name: string, stdout: string, stderr = "", code = 0): Command {
  return { name, run: async () => ({ stdout, stderr, code }) };
}

/** Shell built-ins about jobs and limits: a command always ends before the next, so there are none. */
export const jobControl: readonly Command[] = [
  fixed("jobs", ""),
  fixed("disown", "", "bash: disown: current: no such job\n", 1),
  fixed("fg", "", "bash: fg: current: no such job\n", 1),
  fixed("bg", "", "bash: bg: current: no such job\n", 1),
  fixed("logout", "", "bash: logout: not login shell: use `exit'\n", 1),
  fixed("suspend", "", "", 0),
  fixed("tty", "/dev/pts/0\n"),
  fixed("nproc", "2\n"),
  { name: "umask", run: async ({ args }) => ({ stdout: args.length === 0 ? "0022\n" : "", stderr: "", code: 0 }) },
  { name: "ulimit", run: async ({ args }) => ({ stdout: args.length === 0 ? "unlimited\n" : "1048576\n", stderr: "", code: 0 }) },
  {
    name: "trap",
    run: async ({ args }) => ({ stdout: "", stderr: args.length === 0 ? "" : "trap: not simulated on the embedded engine\n", code: 0 }),
  },
];
