import { readPolicy } from "../../../../../daemons/rspamd/policy.ts";
import type { Command, CommandResult } from "../../../shell/command.ts";

/** rspamadm: `configtest` reads the files as the daemon would. */
export const rspamadm: Command = {
  name: "rspamadm",
  async run({ machine, args }): Promise<CommandResult> {
    const [word, ...rest] = args;
    if (word === "configtest") return configtest(machine.files, rest.includes("-q") || rest.includes("--quiet"));
    if (word === "--version" || word === "-V") return { stdout: "Rspamadm 3.4\n", stderr: "", code: 0 };
    machine.notSimulated(`rspamadm ${word ?? ""}`.trim());
    return { stdout: "", stderr: "", code: 1 };
  },
};

function configtest(files: Parameters<typeof readPolicy>[0], isQuiet: boolean): CommandResult {
  const [problem] = readPolicy(files).problems;
  if (problem === undefined) return { stdout: isQuiet ? "" : "syntax OK\n", stderr: "", code: 0 };
  return { stdout: isQuiet ? "" : "syntax BAD\n", stderr: `failed to load config: ${problem.message}\n`, code: 1 };
}
