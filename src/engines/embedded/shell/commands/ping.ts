import { NetworkError } from "../../wire/network-stack.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { pause } from "../interrupt.ts";
import { addressOf, connectTo } from "../net/connect.ts";
import { describeOptionProblem, has, readOptions, valueOf } from "../options.ts";

/** Echo requests sent when nobody says how many and nobody can press Ctrl-C. */
const unattendedCount = 4;

/**
 * ping (iputils). The virtual wire carries no ICMP; a host that answers a TCP connection attempt to an idle port, also with a refusal,
 * counts as one that answers pings.
 */
export const ping: Command = {
  name: "ping",
  run: async (call) => {
    const options = readOptions(call.args, "46c:i:W:w:s:I:nqvt:aADfO");
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("ping", options.problem), code: 2 };
    const [host] = options.operands;
    if (host === undefined) return { stdout: "", stderr: "ping: usage error: Destination address required\n", code: 2 };
    const found = await addressOf(call.machine, host);
    if ("failure" in found) return { stdout: "", stderr: `ping: ${host}: ${found.failure}\n`, code: 2 };
    const { address } = found;
    const count = valueOf(options, "c");
    const intervalMs = Number(valueOf(options, "i") ?? 1) * 1000;
    const waitMs = Number(valueOf(options, "W") ?? valueOf(options, "w") ?? 10) * 1000;
    const limit = count === undefined ? (call.console === undefined ? unattendedCount : Number.POSITIVE_INFINITY) : Number(count);
    return run(call, { host, address, limit, intervalMs, waitMs, quiet: has(options, "q") });
  },
};

interface Plan {
  readonly host: string;
  readonly address: string;
  readonly limit: number;
  readonly intervalMs: number;
  readonly waitMs: number;
  readonly quiet: boolean;
}

async function run(call: CommandCall, plan: Plan): Promise<CommandResult> {
  const { machine, console, signal } = call;
  let stdout = "";
  const say = (text: string): void => {
    if (console === undefined) stdout += text;
    else console.write(text);
  };
  const times: number[] = [];
  let sent = 0;
  const startedAtMs = machine.clock.now();
  say(`PING ${plan.host} (${plan.address}) 56(84) bytes of data.\n`);
  while (sent < plan.limit && !signal.aborted) {
    sent++;
    const sentAtMs = machine.clock.now();
    const last = sent === plan.limit;
    const answer = await echo(call, plan, last ? plan.waitMs : Math.min(plan.waitMs, plan.intervalMs));
    if (answer === "unreachable")
      say(
        `From ${machine.net.addresses.find((own) => !own.startsWith("127.")) ?? plan.address} icmp_seq=${sent} Destination Host Unreachable\n`,
      );
    if (typeof answer === "number") {
      times.push(answer);
      if (!plan.quiet)
        say(
          `64 bytes from ${plan.host === plan.address ? plan.address : `${plan.host} (${plan.address})`}: icmp_seq=${sent} ttl=64 time=${shown(answer)} ms\n`,
        );
    }
    const restMs = plan.intervalMs - (machine.clock.now() - sentAtMs);
    if (!last && restMs > 0) await pause(machine.clock, restMs, signal);
  }
  const loss = sent === 0 ? 0 : Math.round((100 * (sent - times.length)) / sent);
  say(
    `${signal.aborted ? "" : "\n"}--- ${plan.host} ping statistics ---\n${sent} packets transmitted, ${times.length} received, ${loss}% packet loss, time ${machine.clock.now() - startedAtMs}ms\n`,
  );
  if (times.length > 0) say(`rtt min/avg/max/mdev = ${statistics(times)} ms\n`);
  else say("\n");
  return { stdout, stderr: "", code: times.length > 0 ? 0 : 1 };
}

/** @returns the round trip in milliseconds, or why there was none */
async function echo(call: CommandCall, { address }: Plan, timeoutMs: number): Promise<number | "lost" | "unreachable"> {
  const { clock } = call.machine;
  const sentAtMs = clock.now();
  const outcome = await connectTo(call.machine, { address, port: 7, timeoutMs }, call.signal);
  if (outcome === undefined) return "lost";
  if (!(outcome instanceof NetworkError)) outcome.destroy();
  else if (outcome.code === "EHOSTUNREACH" || outcome.code === "ENETUNREACH") return "unreachable";
  else if (outcome.code === "ETIMEDOUT") return "lost";
  return clock.now() - sentAtMs;
}

function shown(milliseconds: number): string {
  return milliseconds < 1
    ? milliseconds.toFixed(3)
    : milliseconds < 10
      ? milliseconds.toFixed(2)
      : milliseconds < 100
        ? milliseconds.toFixed(1)
        : String(Math.round(milliseconds));
}

function statistics(times: readonly number[]): string {
  const average = times.reduce((sum, time) => sum + time, 0) / times.length;
  const deviation = Math.sqrt(times.reduce((sum, time) => sum + (time - average) ** 2, 0) / times.length);
  return [Math.min(...times), average, Math.max(...times), deviation].map((value) => value.toFixed(3)).join("/");
}
