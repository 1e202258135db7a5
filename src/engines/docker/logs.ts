import { PassThrough, type Readable } from "node:stream";
import type Docker from "dockerode";
import type { LogDialect } from "../../daemons/daemon.ts";
import type { LogLine } from "../../world/event.ts";
import type { DaemonKind, HostKey } from "../../world/world.ts";

/** One line that a container printed: the engine's stamp, and the text. */
export interface StampedLine {
  readonly atMs: number;
  readonly text: string;
}

/** Follows what a container prints, from its start. @returns what ends it */
export async function followContainer(
  docker: Docker,
  container: Docker.Container,
  onLine: (line: StampedLine) => void,
): Promise<() => void> {
  const stream = (await container.logs({ follow: true, stdout: true, stderr: true, timestamps: true })) as Readable;
  const text = new PassThrough();
  docker.modem.demuxStream(stream, text, text);
  let rest = "";
  text.setEncoding("utf8");
  text.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(stamped(line));
  });
  // The engine may go away; whoever asks it next learns that.
  stream.on("error", () => {});
  return () => stream.destroy();
}

/** How many lines a container has printed so far. */
export async function countLines(container: Docker.Container): Promise<number> {
  const printed = await container.logs({ follow: false, stdout: true, stderr: true });
  let lines = 0;
  // Each frame: a byte for the stream, three of nothing, the length, and so many bytes of text.
  for (let at = 0; at + 8 <= printed.length; at += 8 + printed.readUInt32BE(at + 4)) {
    const text = printed.subarray(at + 8, at + 8 + printed.readUInt32BE(at + 4));
    lines += text.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
  }
  return lines;
}

/** `2026-11-24T08:50:39.123456789Z text` */
export function stamped(line: string): StampedLine {
  const space = line.indexOf(" ");
  return { atMs: Math.floor(stampMs(line.slice(0, space))), text: line.slice(space + 1) };
}

/** Milliseconds with a fraction: Date.parse stops at the third digit, which is as much as a range's clock counts. */
function stampMs(stamp: string): number {
  return Date.parse(stamp.replace(/(\.\d{3})\d*Z$/, "$1Z"));
}

/**
 * Tells which daemon's log a line of a host stands in: all logs of a host come out of its container as one stream.
 * A line that no dialect reads belongs to none (what the host's init prints).
 */
export function createLineSorter(host: HostKey, kinds: readonly DaemonKind[], dialects: readonly LogDialect[]) {
  const own = dialects.filter(({ daemon }) => kinds.includes(daemon));
  const readers = own.map((dialect) => ({ dialect, reader: dialect.reader({ year: new Date().getUTCFullYear(), host }) }));
  return ({ atMs, text }: StampedLine): LogLine | undefined => {
    const found = readers.length === 1 ? readers[0] : readers.find(({ reader }) => reader.read(text) !== undefined);
    if (found === undefined) return undefined;
    return { host, daemon: found.dialect.daemon, path: found.dialect.path, text, atMs };
  };
}

/** The log of a whole range, in the order of time. Hosts' lines come in each on its own stream, a little late or early. */
export interface RangeLog {
  add(line: LogLine): void;
  lines(): readonly LogLine[];
  /** Those from a moment on; cheap where that is not long ago. */
  since(atMs: number): LogLine[];
  follow(listener: (line: LogLine) => void): () => void;
  /** Takes lines out that the learner is not to see: they belong to a probe. */
  hide(lines: Iterable<LogLine>): void;
}

export function createRangeLog(): RangeLog {
  const all: LogLine[] = [];
  const hidden = new WeakSet<LogLine>();
  const listeners = new Set<(line: LogLine) => void>();
  return {
    add(line) {
      let at = all.length;
      while (at > 0 && (all[at - 1] as LogLine).atMs > line.atMs) at--;
      all.splice(at, 0, line);
      for (const listener of [...listeners]) listener(line);
    },
    lines: () => all.filter((line) => !hidden.has(line)),
    since(atMs) {
      let first = all.length;
      while (first > 0 && (all[first - 1] as LogLine).atMs >= atMs) first--;
      return all.slice(first).filter((line) => !hidden.has(line));
    },
    follow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hide(lines) {
      for (const line of lines) hidden.add(line);
    },
  };
}
