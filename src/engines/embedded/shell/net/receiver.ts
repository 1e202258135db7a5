import type { Duplex } from "node:stream";
import type { Clock } from "../../../../base/clock.ts";

/** What came of waiting for data: bytes as Latin-1 text, or why none came. */
export type Received = { readonly text: string } | { readonly ended: "closed" | "timeout" | "interrupted" };

/** Reads a connection for a program that waits for one thing at a time. Works on plain and TLS sockets alike. */
export class Receiver {
  readonly stream: Duplex;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #onData = (chunk: Buffer): void => {
    this.#buffer += chunk.toString("latin1");
    this.#wake?.();
  };
  #buffer = "";
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(stream: Duplex, clock: Clock, signal: AbortSignal) {
    this.stream = stream;
    this.#clock = clock;
    this.#signal = signal;
    stream.on("data", this.#onData);
    const end = (): void => {
      this.#closed = true;
      this.#wake?.();
    };
    stream.on("end", end);
    stream.on("close", end);
    stream.on("error", end);
    signal.addEventListener("abort", () => this.#wake?.(), { once: true });
  }

  /** True when the other side has closed and everything it sent was read. */
  get ended(): boolean {
    return this.#closed && this.#buffer === "";
  }

  /** Sends text as UTF-8. */
  send(text: string): void {
    if (!this.#closed && this.stream.writable) this.stream.write(Buffer.from(text, "utf8"));
  }

  /** What has come, or comes next. */
  async read(timeoutMs = Number.POSITIVE_INFINITY): Promise<Received> {
    for (;;) {
      if (this.#buffer !== "") {
        const text = this.#buffer;
        this.#buffer = "";
        return { text };
      }
      const ended = await this.#wait(timeoutMs);
      if (ended !== undefined) return { ended };
    }
  }

  /** The next line with its line feed. */
  async readLine(timeoutMs: number): Promise<Received> {
    for (;;) {
      const end = this.#buffer.indexOf("\n");
      if (end !== -1) {
        const text = this.#buffer.slice(0, end + 1);
        this.#buffer = this.#buffer.slice(end + 1);
        return { text };
      }
      const ended = await this.#wait(timeoutMs);
      if (ended !== undefined) return { ended };
    }
  }

  /** Leaves the stream to somebody else (a TLS layer). */
  detach(): void {
    this.stream.off("data", this.#onData);
  }

  #wait(timeoutMs: number): Promise<"closed" | "timeout" | "interrupted" | undefined> {
    if (this.#signal.aborted) return Promise.resolve("interrupted");
    if (this.#closed) return Promise.resolve("closed");
    return new Promise((resolve) => {
      const limited = timeoutMs !== Number.POSITIVE_INFINITY;
      const done = (outcome: "timeout" | undefined): void => {
        this.#wake = undefined;
        if (limited) this.#clock.clearTimeout(timer);
        if (outcome === undefined && this.#signal.aborted) resolve("interrupted");
        else resolve(outcome);
      };
      const timer = limited ? this.#clock.setTimeout(() => done("timeout"), timeoutMs) : undefined;
      this.#wake = () => done(undefined);
    });
  }
}

/** Bytes as Latin-1 text → what they say as UTF-8. */
export function asUtf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}
