import type { Machine } from "../../../machine.ts";
import type { Command, CommandResult } from "../../../shell/command.ts";
import { configToStart, formatConfig } from "./conf-text.ts";
import { doveadm } from "./doveadm.ts";
import { runningDovecot } from "./doveadm-call.ts";

const USAGE = `Usage: dovecot [-F] [-c <config file>] [-p] [-n] [-a] [--help] [--version]
       [--build-options] [--hostdomain] [reload] [stop]
`;

/** dovecot(1): starts the daemon, or speaks to the running one. */
export const dovecotCommand: Command = {
  name: "dovecot",
  run: async (call) => {
    const { machine, args } = call;
    const [word] = args;
    if (word === "reload" || word === "stop") return doveadm.run({ ...call, args: [word] });
    if (word === "--version") return said("2.3.19.1 (9b53102964)\n");
    if (word === "--hostdomain") return said(`${machine.name}\n`);
    if (word === "--help") return said(USAGE);
    if (word === "-n" || word === "-a") {
      const { policy, stderr, code } = configToStart(machine);
      return { stdout: formatConfig(policy, machine, args), stderr, code };
    }
    if (word !== undefined && word !== "-F")
      return { stdout: "", stderr: `dovecot: invalid option -- '${word.replace(/^-+/, "")[0]}'\n${USAGE}`, code: 64 };
    return start(machine);
  },
};

function start(machine: Machine): CommandResult {
  const running = runningDovecot(machine);
  if (running !== undefined) {
    const text = `Dovecot is already running with PID ${running.pid} (read from /run/dovecot/master.pid)`;
    running.complain(text);
    return { stdout: "", stderr: `Fatal: ${text}\n`, code: 89 };
  }
  const stderr = machine.services.start("dovecot");
  return { stdout: "", stderr, code: machine.services.state("dovecot") === "failed" ? 89 : 0 };
}

function said(stdout: string): CommandResult {
  return { stdout, stderr: "", code: 0 };
}
