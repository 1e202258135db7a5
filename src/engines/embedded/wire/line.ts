import type { Timer } from "../../../base/clock.ts";
import type { Medium } from "./medium.ts";
import type { Passage } from "./passage.ts";

/** One direction of an open TCP connection: what is written arrives once, in order, after the network's latency. */
export interface Line {
  /** @param taken called when the receiver has room again (at once, while it has) */
  send(bytes: Buffer, taken: () => void): void;
  finish(): void;
  reset(): void;
  /** The receiver has read so many bytes. */
  read(sizeBytes: number): void;
  /** Nothing more is sent, not even again. */
  cut(): void;
}

export type Segment = { readonly kind: "data"; readonly chunks: Buffer[] } | { readonly kind: "fin" } | { readonly kind: "rst" };

/** How a line ends that nobody closed. */
export type LineFailure = "ECONNRESET" | "ETIMEDOUT";

/** Socket buffers of both kernels together; who writes more waits until the receiver reads. */
const WINDOW_BYTES = 256 * 1024;
/** Linux: the first retransmission after 200 ms, doubled up to 120 s, given up after 15 (tcp_retries2). */
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 120_000;
const RETRIES = 15;

const NOTHING = new Uint8Array();

/**
 * @param receive called for each segment that arrives
 * @param fail called once when the line is given up
 */
export function createLine(
  medium: Medium,
  passage: Passage,
  receive: (segment: Segment) => void,
  fail: (failure: LineFailure) => void,
): Line {
  /** Segments behind one that is being sent again. */
  let waiting: Segment[] | undefined;
  let retry: Timer;
  let last: { readonly atMs: number; readonly segment: Segment; arrived: boolean } | undefined;
  let outstandingBytes = 0;
  let writers: (() => void)[] = [];
  let cut = false;

  const arrive = (segment: Segment, latencyMs: number): void => {
    const now = medium.clock.now();
    const atMs = last === undefined || last.arrived ? now + latencyMs : Math.max(last.atMs, now + latencyMs);
    if (last !== undefined && !last.arrived && last.atMs === atMs && last.segment.kind === "data" && segment.kind === "data") {
      last.segment.chunks.push(...segment.chunks);
      return;
    }
    const flight = { atMs, segment, arrived: false };
    last = flight;
    medium.clock.setTimeout(() => {
      flight.arrived = true;
      medium.stir();
      receive(segment);
    }, atMs - now);
  };

  const attempt = (segment: Segment, tries: number): void => {
    const payload = segment.kind === "data" ? joined(segment.chunks) : NOTHING;
    const fate = medium.pass(passage, segment.kind === "fin" ? ["FIN"] : segment.kind === "rst" ? ["RST"] : [], payload);
    if (fate.verdict === "pass") {
      arrive(segment, fate.latencyMs);
    } else if (segment.kind === "rst") {
      // A reset is sent once.
    } else if (fate.verdict === "reject") {
      medium.clock.setTimeout(() => fail("ECONNRESET"), fate.sent ? 2 * fate.latencyMs : 0);
    } else {
      waiting ??= [];
      const next = tries < RETRIES ? () => again(segment, tries + 1) : () => fail("ETIMEDOUT");
      retry = medium.clock.setTimeout(next, Math.min(FIRST_RETRY_MS * 2 ** tries, LONGEST_RETRY_MS));
    }
  };

  const again = (segment: Segment, tries: number): void => {
    const behind = waiting ?? [];
    waiting = undefined;
    attempt(segment, tries);
    for (const next of behind) put(next);
  };

  const put = (segment: Segment): void => {
    if (cut) return;
    if (waiting === undefined) attempt(segment, 0);
    else waiting.push(segment);
  };

  return {
    send(bytes, taken) {
      medium.stir();
      put({ kind: "data", chunks: [bytes] });
      outstandingBytes += bytes.length;
      if (outstandingBytes < WINDOW_BYTES) taken();
      else writers.push(taken);
    },
    finish() {
      medium.stir();
      put({ kind: "fin" });
    },
    reset() {
      medium.stir();
      waiting = undefined;
      medium.clock.clearTimeout(retry);
      put({ kind: "rst" });
      cut = true;
    },
    read(sizeBytes) {
      outstandingBytes -= sizeBytes;
      if (outstandingBytes >= WINDOW_BYTES || writers.length === 0) return;
      const ready = writers;
      writers = [];
      for (const taken of ready) taken();
    },
    cut() {
      cut = true;
      waiting = undefined;
      medium.clock.clearTimeout(retry);
    },
  };
}

/** A receiver cannot tell how the bytes were written. */
export function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}
