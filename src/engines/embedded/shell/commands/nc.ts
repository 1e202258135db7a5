import { noAddressText } from "../../dns/stub-resolver.ts";
import type { Machine } from "../../machine.ts";
import { errorText } from "../../wire/error-text.ts";
import { NetworkError } from "../../wire/network-stack.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { addressOf, connectTo, portOf, serviceName } from "../net/connect.ts";
import { Receiver } from "../net/receiver.ts";
import { joinPipe, joinTerminal } from "../net/session.ts";
import { describeOptionProblem, has, type Options, readOptions, valueOf } from "../options.ts";

const usage = `usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]
\t  [-m minttl] [-O length] [-P proxy_username] [-p source_port]
\t  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]
\t  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]
\t  [destination] [port]
`;

/** nc (OpenBSD netcat, Debian 12) as a TCP client: -v -z -w -n -N -q -C -s. Listening and UDP are not simulated. */
export const nc: Command = {
  name: "nc",
  run: async (call) => {
    const options = readOptions(call.args, "46CDdFhklNnrStUuvZzI:i:M:m:O:P:p:q:s:T:V:W:w:X:x:");
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("nc", options.problem) + usage, code: 1 };
    if (has(options, "h")) return { stdout: "", stderr: `OpenBSD netcat (Debian patchlevel 1.219-1)\n${usage}`, code: 0 };
    const unsimulated = options.given.find(({ name }) => ["l", "u", "U", "k", "X", "x"].includes(name));
    if (unsimulated !== undefined)
      return { stdout: "", stderr: `nc: -${unsimulated.name} is not simulated on the embedded engine\n`, code: 1 };
    const [host, portText] = options.operands;
    if (host === undefined || portText === undefined) return { stdout: "", stderr: usage, code: 1 };
    const ports = portsOf(portText);
    if (ports === undefined) return { stdout: "", stderr: `nc: service "${portText}" unknown\n`, code: 1 };
    return reach(call, options, host, ports);
  },
};

/** netcat is the same program. */
export const netcat: Command = { name: "netcat", run: (call) => nc.run(call) };

/** `25`, `smtp`, `20-30` */
function portsOf(text: string): readonly number[] | undefined {
  const range = /^(\d+)-(\d+)$/.exec(text);
  if (range === null) {
    const port = portOf(text);
    return port === undefined ? undefined : [port];
  }
  const [low, high] = [Number(range[1]), Number(range[2])];
  return low <= high && high <= 65_535 && high - low < 1024 ? Array.from({ length: high - low + 1 }, (_, index) => low + index) : undefined;
}

async function reach(call: CommandCall, options: Options, host: string, ports: readonly number[]): Promise<CommandResult> {
  const { machine, signal, console } = call;
  const verbose = has(options, "v");
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(host);
  const found = has(options, "n") && !isAddress ? { failure: noAddressText("NXDOMAIN") } : await addressOf(machine, host);
  if ("failure" in found) {
    return { stdout: "", stderr: `nc: getaddrinfo for host "${host}" port ${ports[0]}: ${found.failure}\n`, code: 1 };
  }
  const { address } = found;
  const place = isAddress ? host : `${host} (${address})`;
  const wait = valueOf(options, "w");
  const result = { stdout: "", stderr: "", code: 1 };
  for (const port of ports) {
    const local = valueOf(options, "s");
    const to = {
      address,
      port,
      ...(wait === undefined ? {} : { timeoutMs: Number(wait) * 1000 }),
      ...(local === undefined ? {} : { localAddress: local }),
    };
    const socket = await connectTo(machine, to, signal);
    if (socket === undefined) return { ...result, code: 130 };
    if (socket instanceof NetworkError) {
      const late = socket.code === "ETIMEDOUT" && wait !== undefined;
      const why = late ? "timed out: Operation now in progress" : `failed: ${errorText[socket.code]}`;
      if (verbose) result.stderr += `nc: connect to ${place} port ${port} (tcp) ${why}\n`;
      continue;
    }
    result.code = 0;
    const service = has(options, "n") ? "*" : (serviceName(port) ?? "*");
    if (verbose) result.stderr += `Connection to ${place} ${port} port [tcp/${service}] succeeded!\n`;
    if (has(options, "z")) {
      socket.destroySoon();
      continue;
    }
    if (console !== undefined) console.write(result.stderr);
    const stdout = await talk(call, options, new Receiver(socket, machine.clock, signal), machine);
    socket.destroySoon();
    return { stdout, stderr: console === undefined ? result.stderr : "", code: signal.aborted ? 130 : 0 };
  }
  return result;
}

async function talk(call: CommandCall, options: Options, link: Receiver, machine: Machine): Promise<string> {
  const rules = { lineEnd: has(options, "C") ? "\r\n" : "\n" } as const;
  if (call.console !== undefined) {
    const end = await joinTerminal(call, call.console, link, rules);
    // After Ctrl-D nc goes on listening, unless -N closes its side.
    if (end === "local" && !has(options, "N", "q"))
      call.console.write((await joinPipe({ ...call, stdin: "", machine }, link, rules, Number.POSITIVE_INFINITY)) || "");
    return "";
  }
  const quit = valueOf(options, "q") ?? valueOf(options, "w");
  const lingerMs = has(options, "N") ? 1000 : quit === undefined ? Number.POSITIVE_INFINITY : Number(quit) * 1000;
  return joinPipe(call, link, rules, lingerMs);
}
