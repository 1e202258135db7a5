import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Hears on every address of a network namespace what comes in by TCP and UDP. */
export interface Listener {
  readonly port: number;
  /** Names of attempts that came in by UDP, `tcp from ADDRESS` for connections. All that was sent before this is asked is in it. */
  heard(): Promise<readonly string[]>;
  close(): void;
}

/** Also answers on the port of DNS, with the question's name as what was heard. */
const program = `
const dgram = require("node:dgram"), net = require("node:net"), readline = require("node:readline");
const say = (text) => process.stdout.write(text + "\\n");
// One of each family: what is sent to all by IPv4 does not come to a socket of IPv6.
const hear = (port, what) => Promise.all(["udp4", "udp6"].map((type) => new Promise((resolve) => {
  const socket = dgram.createSocket({ type, ipv6Only: type === "udp6" });
  socket.on("error", (error) => { throw error; });
  socket.on("message", (message) => say(/^mark /.test(message) ? message.toString() : what(message)));
  socket.bind(port, () => { sockets.push([socket, type === "udp4" ? "127.0.0.1" : "::1"]); resolve(); });
})));
const sockets = [];
const nameIn = (message) => { const labels = []; for (let at = 12; message[at] > 0; at += message[at] + 1) labels.push(message.toString("latin1", at + 1, at + 1 + message[at])); return "dns " + labels.join("."); };
(async () => {
  const server = net.createServer((client) => { say("tcp from " + client.remoteAddress); client.destroy(); }).listen(0, "::", async () => {
    const { port } = server.address();
    await hear(port, (message) => message.toString());
    if (process.argv[1] === "dns") await hear(53, nameIn);
    say("port " + port);
    readline.createInterface({ input: process.stdin }).on("line", (line) => { for (const [socket, self] of sockets) socket.send(line, socket.address().port, self); });
  });
})();
`;

/** @param namespace a network namespace by name (ip-netns(8)); the machine's own where it is not given */
export async function listen({ namespace, dns = false }: { readonly namespace?: string; readonly dns?: boolean } = {}): Promise<Listener> {
  const node = [process.execPath, "-e", program, "--", ...(dns ? ["dns"] : [])];
  const [command, ...args] = namespace === undefined ? node : ["ip", "netns", "exec", namespace, ...node];
  const child: ChildProcess = spawn(command as string, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines: string[] = [];
  const waiting = new Map<string, () => unknown>();
  const output = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
  const ended = once(child, "exit").then(() => Promise.reject(new Error("the listener ended before it listened")));
  ended.catch(() => {});
  const [first] = (await Promise.race([once(output, "line"), ended])) as [string];
  output.on("line", (line: string) => {
    const isMark = waiting.get(line);
    if (isMark === undefined) lines.push(line);
    else isMark();
  });
  const sockets = dns ? 4 : 2;
  let marks = 0;
  return {
    port: Number(first.replace("port ", "")),
    // A mark sent to each socket comes after all that is in it.
    heard: () =>
      new Promise((resolve) => {
        const mark = `mark ${++marks}`;
        let missing = sockets;
        waiting.set(mark, () => --missing === 0 && resolve([...lines]));
        child.stdin?.write(`${mark}\n`);
      }),
    close: () => void child.kill(),
  };
}

/** A stand-in for the world outside: a network namespace behind a line of its own, with a way back. */
export interface Outside {
  readonly namespace: string;
  readonly address: string;
  close(): void;
}

/** Takes root on the engine's own machine. */
export function standInOutside(): Outside {
  const namespace = `maildrill-outside-${process.pid}`;
  const line = `mdo${process.pid}`;
  const [here, there] = ["198.19.255.253", "198.19.255.254"];
  const ip = (...args: string[]): void => void execFileSync("ip", args);
  const inside = (...args: string[]): void => ip("-n", namespace, ...args);
  ip("netns", "add", namespace);
  try {
    ip("link", "add", line, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    ip("address", "add", `${here}/30`, "dev", line);
    ip("link", "set", line, "up");
    inside("link", "set", "lo", "up");
    inside("address", "add", `${there}/30`, "dev", "eth0");
    inside("link", "set", "eth0", "up");
    inside("route", "add", "default", "via", here);
  } catch (error) {
    ip("netns", "del", namespace);
    throw error;
  }
  // The line goes with the namespace that holds its other end.
  return { namespace, address: there, close: () => ip("netns", "del", namespace) };
}
