import { Duplex } from "node:stream";
import type { Clock, Timer } from "../../../base/clock.ts";
import { joined, type Line, type LineFailure, type Segment } from "./line.ts";
import { type Endpoint, NetworkError, type VirtualSocket } from "./network-stack.ts";

type WriteCallback = (error?: Error | null) => void;

/** One end of a virtual connection: net.Socket's face, with lines of the wire behind it instead of a file descriptor. */
export class WireSocket extends Duplex implements VirtualSocket {
  readonly #clock: Clock;
  readonly #remote: Endpoint;
  readonly #onClose: () => void;
  #local: Endpoint;
  /** Undefined until the connection stands. */
  #lines: { readonly outgoing: Line; readonly incoming: Line } | undefined;
  #early: { readonly bytes: Buffer; readonly taken: WriteCallback } | undefined;
  #finishEarly: WriteCallback | undefined;
  /** Arrived and not yet wanted by the reader; null stands for the end. */
  #arrived: (Buffer | null)[] = [];
  #wanted = false;
  #finished = false;
  #broken = false;
  #idleMs = 0;
  #idleTimer: Timer;
  #movedAtMs: number;
  /** Bytes over the wire so far, each way. */
  bytesRead = 0;
  bytesWritten = 0;

  /** @param clock the owning program's, for `setTimeout`. @param onClose called once when the socket is gone */
  constructor(clock: Clock, local: Endpoint, remote: Endpoint, onClose: () => void) {
    super({ allowHalfOpen: false });
    this.#clock = clock;
    this.#local = local;
    this.#remote = remote;
    this.#onClose = onClose;
    this.#movedAtMs = clock.now();
  }

  get localAddress(): string {
    return this.#local.address;
  }

  get localPort(): number {
    return this.#local.port;
  }

  get remoteAddress(): string {
    return this.#remote.address;
  }

  get remotePort(): number {
    return this.#remote.port;
  }

  get remoteFamily(): string {
    return this.#remote.address.includes(":") ? "IPv6" : "IPv4";
  }

  get connecting(): boolean {
    return this.#lines === undefined && !this.destroyed;
  }

  get readyState(): VirtualSocket["readyState"] {
    if (this.connecting) return "opening";
    if (this.readable && this.writable) return "open";
    if (this.readable) return "readOnly";
    return this.writable ? "writeOnly" : "closed";
  }

  address(): { readonly address: string; readonly port: number; readonly family: string } {
    return { ...this.#local, family: this.remoteFamily };
  }

  setTimeout(timeoutMs: number, onTimeout?: () => void): this {
    this.#clock.clearTimeout(this.#idleTimer);
    this.#idleMs = timeoutMs;
    this.#movedAtMs = this.#clock.now();
    if (timeoutMs > 0) {
      if (onTimeout !== undefined) this.once("timeout", onTimeout);
      this.#watchIdle(timeoutMs);
    } else {
      this.#idleTimer = undefined;
      if (onTimeout !== undefined) this.removeListener("timeout", onTimeout);
    }
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", this.destroy);
  }

  resetAndDestroy(): this {
    this.#lines?.outgoing.reset();
    this.#broken = true;
    return this.destroy();
  }

  /** The wire's side: the connection stands; what was written early goes out. */
  open(outgoing: Line, incoming: Line): void {
    this.#lines = { outgoing, incoming };
    this.#moved();
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined) this._write(early.bytes, "buffer", early.taken);
    if (this.#finishEarly !== undefined) this._final(this.#finishEarly);
  }

  /** The wire's side: a segment has come in. */
  arrive(segment: Segment): void {
    if (this.destroyed) {
      // The kernel answers data for a socket that is gone.
      if (segment.kind === "data" && !this.#broken) this.#lines?.outgoing.reset();
      return;
    }
    if (segment.kind === "rst") {
      this.break("ECONNRESET");
      return;
    }
    this.#moved();
    if (segment.kind === "fin") this.#arrived.push(null);
    else this.#arrived.push(joined(segment.chunks));
    this.#hand();
  }

  /** The wire's side: the connection is lost; nothing more can be sent. */
  break(failure: LineFailure): void {
    this.#broken = true;
    this.#lines?.outgoing.cut();
    this.destroy(new NetworkError(failure, `read ${failure}`));
  }

  override _read(): void {
    this.#wanted = true;
    this.#hand();
  }

  override _write(bytes: Buffer, _encoding: string, taken: WriteCallback): void {
    if (this.#lines === undefined) {
      this.#early = { bytes, taken };
      return;
    }
    this.#moved();
    this.bytesWritten += bytes.length;
    this.#lines.outgoing.send(bytes, taken);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], taken: WriteCallback): void {
    this._write(Buffer.concat(chunks.map((each) => each.chunk)), "buffer", taken);
  }

  override _final(done: WriteCallback): void {
    if (this.#lines === undefined) {
      this.#finishEarly = done;
      return;
    }
    this.#finished = true;
    this.#lines.outgoing.finish();
    done();
  }

  override _destroy(error: Error | null, done: WriteCallback): void {
    this.#clock.clearTimeout(this.#idleTimer);
    if (this.#lines !== undefined && !this.#broken) {
      const unread = this.#arrived.some((each) => each !== null) || this.readableLength > 0;
      if (error !== null || unread) this.#lines.outgoing.reset();
      else if (!this.#finished) this.#lines.outgoing.finish();
    }
    this.#onClose();
    done(error);
  }

  /** Gives the reader what has arrived, as much as it wants. */
  #hand(): void {
    while (this.#wanted && this.#arrived.length > 0) {
      const next = this.#arrived.shift() as Buffer | null;
      if (next === null) {
        this.#wanted = false;
        this.push(null);
        return;
      }
      this.bytesRead += next.length;
      this.#lines?.incoming.read(next.length);
      // `push` may call `_read` again, which must not hand out of order.
      this.#wanted = false;
      const more = this.push(next);
      if (more) this.#wanted = true;
    }
  }

  #moved(): void {
    this.#movedAtMs = this.#clock.now();
    if (this.#idleMs > 0 && this.#idleTimer === undefined) this.#watchIdle(this.#idleMs);
  }

  /** Most timeouts never come: movement is only noted, and the timer asks when it fires whether there was some. */
  #watchIdle(delayMs: number): void {
    this.#idleTimer = this.#clock.setTimeout(() => {
      const leftMs = this.#movedAtMs + this.#idleMs - this.#clock.now();
      if (leftMs > 0) {
        this.#watchIdle(leftMs);
      } else {
        this.#idleTimer = undefined;
        this.emit("timeout");
      }
    }, delayMs);
  }
}
