import type { Command, CommandCall, CommandResult } from "../../../shell/command.ts";
import { describeOptionProblem, has, readOptions, valueOf } from "../../../shell/options.ts";
import { control } from "../control.ts";
import { Named } from "../named.ts";
import { rndcUsage } from "./rndc-usage.ts";

/** How long rndc waits for the control channel. */
const CONTROL_TIMEOUT_MS = 60_000;

/** rndc: talks to named on this host over its control channel. */
export const rndc: Command = {
  name: "rndc",
  async run(call): Promise<CommandResult> {
    const { args, machine } = call;
    const options = readOptions(args, "46b:c:hk:M:mp:rs:Vy:", [], true);
    if (options.problem !== undefined) {
      return { stdout: "", stderr: describeOptionProblem("rndc", options.problem) + rndcUsage, code: 1 };
    }
    if (options.operands.length === 0 || has(options, "h")) return { stdout: "", stderr: rndcUsage, code: has(options, "h") ? 0 : 1 };
    const server = valueOf(options, "s") ?? "127.0.0.1";
    const port = valueOf(options, "p") ?? "953";
    const named = server === "127.0.0.1" || server === "localhost" ? machine.services.program("bind") : undefined;
    if (!(named instanceof Named) || port !== "953") return refused(server, port);
    if (machine.services.state("bind") === "frozen") return silent(call);
    return execute(call, named, options.operands);
  },
};

function execute({ machine }: CommandCall, named: Named, words: readonly string[]): CommandResult {
  const reply = control(named, machine, words.join(" "));
  if (reply.ends !== undefined) {
    named.endHow = reply.ends;
    machine.services.stop("bind");
  }
  if (reply.failure === undefined) return { stdout: reply.text === "" ? "" : `${reply.text}\n`, stderr: "", code: 0 };
  const below = reply.text === "" ? "" : `${reply.text}\n`;
  return { stdout: "", stderr: `rndc: '${words[0]}' failed: ${reply.failure}\n${below}`, code: 1 };
}

function refused(server: string, port: string): CommandResult {
  return { stdout: "", stderr: `rndc: connect failed: ${server}#${port}: connection refused\n`, code: 1 };
}

/** The kernel takes the connection, but a frozen named never reads from it. */
async function silent({ machine, signal }: CommandCall): Promise<CommandResult> {
  await new Promise<void>((resolve) => {
    const timer = machine.clock.setTimeout(resolve, CONTROL_TIMEOUT_MS);
    signal.addEventListener("abort", () => {
      machine.clock.clearTimeout(timer);
      resolve();
    });
  });
  return { stdout: "", stderr: "rndc: recv failed: timed out\n", code: 1 };
}
