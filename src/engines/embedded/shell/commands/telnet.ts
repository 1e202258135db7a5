import { errorText } from "../../wire/error-text.ts";
import { NetworkError } from "../../wire/network-stack.ts";
import type { Command, CommandCall, CommandResult, Console } from "../command.ts";
import { addressOf, connectTo, portOf } from "../net/connect.ts";
import { Receiver } from "../net/receiver.ts";
import { joinPipe, joinTerminal } from "../net/session.ts";
import { readOptions } from "../options.ts";

/** How long a piped telnet listens after its input has ended. */
const lingerMs = 1000;
/** How long it waits for a greeting: a server may look names up before it speaks. */
const greetingMs = 30_000;

/** telnet (inetutils 2.4, Debian 12). */
export const telnet: Command = {
  name: "telnet",
  run: async (call) => {
    const options = readOptions(call.args, "468EKLaXdFfkn:l:S:e:b:crx");
    const [host, portText = "telnet"] = options.operands;
    if (host === undefined) {
      return {
        stdout: "",
        stderr: "telnet: name a host, and a port: telnet mx1.meadow.example 25 (its own prompt is not simulated)\n",
        code: 1,
      };
    }
    const port = portOf(portText);
    if (port === undefined) return { stdout: "", stderr: `telnet: bad port spec -- '${portText}'\n`, code: 1 };
    return open(call, host, port, portText);
  },
};

async function open(call: CommandCall, host: string, port: number, portText: string): Promise<CommandResult> {
  const { machine, console, signal } = call;
  const found = await addressOf(machine, host);
  if ("failure" in found) return { stdout: `Server lookup failure:  ${host}:${portText}, ${found.failure}\n`, stderr: "", code: 1 };
  const { address } = found;
  const trying = `Trying ${address}...\n`;
  console?.write(trying);
  const before = console === undefined ? trying : "";
  const socket = await connectTo(machine, { address, port }, signal);
  if (socket === undefined) return { stdout: before, stderr: "", code: 130 };
  if (socket instanceof NetworkError) {
    return { stdout: before, stderr: `telnet: Unable to connect to remote host: ${errorText[socket.code]}\n`, code: 1 };
  }
  const link = new Receiver(socket, machine.clock, signal);
  const connected = `Connected to ${host}.\nEscape character is '^]'.\n`;
  if (console === undefined) {
    const heard = await joinPipe(call, link, { lineEnd: "\r\n", greetingMs }, lingerMs);
    socket.destroySoon();
    return { stdout: before + connected + heard, stderr: "Connection closed by foreign host.\n", code: 0 };
  }
  console.write(connected);
  const end = await joinTerminal(call, console, link, { lineEnd: "\r\n", onLine: (line) => escape(console, line) });
  if (end === "interrupted") {
    socket.destroy();
    return { stdout: "", stderr: "", code: 130 };
  }
  socket.destroySoon();
  return end === "remote"
    ? { stdout: "", stderr: "Connection closed by foreign host.\n", code: 0 }
    : { stdout: "Connection closed.\n", stderr: "", code: 0 };
}

/** Ctrl-] (or a line `^]` where there are no keys) leads to telnet's own prompt. */
async function escape(console: Console, line: string): Promise<boolean | undefined> {
  const typed = line.replace(/\n$/, "");
  if (typed !== "\x1d" && typed !== "^]") return undefined;
  console.write("\ntelnet> ");
  const command = (await console.read())?.trim();
  if (command === undefined || /^(q|quit|c|close|exit|logout)$/.test(command)) return true;
  if (/^(\?|h|help)$/.test(command)) console.write("Here: quit ends the connection, Enter goes back to it.\n");
  else if (command !== "") console.write("?Invalid command\n");
  return false;
}
