import { startRange } from "../../../src/engines/embedded/engine.ts";
import type { LiveRange } from "../../../src/engines/embedded/live-range.ts";
import { createRange } from "../../../src/engines/embedded/range.ts";
import { standardParts } from "../../../src/engines/embedded/standard.ts";
import { errorText } from "../../../src/engines/embedded/wire/error-text.ts";
import { NetworkError, type VirtualSocket } from "../../../src/engines/embedded/wire/network-stack.ts";
import type { World } from "../../../src/world/world.ts";
import { type Place, replyTimeoutS } from "./place.ts";
import { asLines, replyEnds, type Step } from "./recording.ts";

/** After this much virtual time a mail that is not yet delivered waits for a retry. */
const restMs = 3000;
const tickMs = 50;
/** What a command took on the recorder's machine, where here it takes no time. */
const commandMs = 400;

/** As much of the kernel's endless file as any case reads: cases make large mail of it. */
const zeros = "\0".repeat(4_000_000);

/** A range of the embedded engine as a place. */
export async function embeddedPlace(world: World): Promise<Place> {
  const parts = standardParts();
  const hosts = world.hosts.map((host) => ({ ...host, files: { ...host.files, "/dev/zero": zeros } }));
  const live = await startRange({ ...world, hosts }, parts);
  const range = createRange(live, parts, parts.questions);
  return {
    range,
    here: (text) => text,
    recorded: (text) => text,
    async rereadPostfix(host) {
      await range.apply({ effect: "daemon", host, daemon: "postfix", action: "reload" });
    },
    converse: (steps) => converse(live, steps),
    wait: (seconds) => range.time.advance(seconds * 1000 + commandMs),
    rest: () => range.time.advance(restMs),
  };
}

interface Connection {
  readonly socket: VirtualSocket;
  received: string;
  closed: boolean;
}

async function converse(live: LiveRange, steps: readonly Step[]): Promise<readonly Step[]> {
  const open: Connection[] = [];
  const heard: Step[] = [];
  const until = async (done: () => boolean, limitS: number): Promise<void> => {
    for (let waitedMs = 0; waitedMs < limitS * 1000 && !done(); waitedMs += tickMs) await live.clock.advance(tickMs);
  };
  for (const step of steps) {
    const connection = open.at(-1);
    if (step.connect !== undefined) heard.push({ ...step, ...(await connect(live, step, open, until)) });
    else if (step.receive !== undefined) heard.push({ ...step, ...(await receive(connection, step, until)) });
    else heard.push(step);
    if (step.send !== undefined) connection?.socket.write(Buffer.from(step.send.join(""), "utf8"));
    if (step.sendRepeated !== undefined) {
      const { text, times, then } = step.sendRepeated;
      connection?.socket.write(text.repeat(times) + then);
    }
    if (step.close === true) open.pop()?.socket.end();
    if (step.wait !== undefined) await live.clock.advance(step.wait * 1000);
  }
  for (const { socket } of open) socket.end();
  return heard;
}

type Until = (done: () => boolean, limitS: number) => Promise<void>;

async function connect(live: LiveRange, step: Step, open: Connection[], until: Until): Promise<Pick<Step, "error">> {
  const [address = "", port = ""] = (step.connect ?? "").split(":");
  const socket = live.machine(step.at ?? "sender").net.connect({ address, port: Number(port), timeoutMs: 30_000 });
  const connection: Connection = { socket, received: "", closed: false };
  let error: string | undefined;
  socket.on("data", (chunk: Buffer) => {
    connection.received += chunk.toString("utf8");
  });
  socket.on("error", (problem: Error) => {
    error = problem instanceof NetworkError ? errorText[problem.code] : problem.message;
  });
  socket.on("close", () => {
    connection.closed = true;
  });
  await until(() => socket.readyState !== "opening" || error !== undefined, 35);
  if (error !== undefined) return { error };
  open.push(connection);
  return {};
}

async function receive(connection: Connection | undefined, step: Step, until: Until): Promise<Pick<Step, "receive" | "closed">> {
  if (connection === undefined) return { receive: [] };
  const wanted = replyEnds((step.receive ?? []).join("")).length;
  const enough = (): boolean => replyEnds(connection.received).length >= wanted;
  if (step.silent !== undefined) await until(() => connection.received !== "", step.silent);
  else await until(() => connection.closed || enough(), replyTimeoutS);
  if (step.closed !== undefined) await until(() => connection.closed, replyTimeoutS);
  const end = wanted === 0 || !enough() ? connection.received.length : (replyEnds(connection.received)[wanted - 1] ?? 0);
  const text = connection.received.slice(0, end);
  connection.received = connection.received.slice(end);
  return { receive: asLines(text), ...(step.closed === undefined ? {} : { closed: connection.closed ? step.closed : false }) };
}
