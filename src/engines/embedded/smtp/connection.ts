import type { Clock, Timer } from "../../../base/clock.ts";
import type { NetworkStack, VirtualSocket } from "../wire/network-stack.ts";
import { stuffed } from "./dot-stuffing.ts";

/** A server's whole reply. */
export interface SmtpReply {
  readonly code: number;
  /** Every line as it came, code included, without its end. */
  readonly lines: readonly string[];
}

/** Why a conversation ended before its time. */
export class ConversationFailure extends Error {
  /** `lost`: the other side closed or reset; `timeout`: it said nothing in time; `garbage`: what it said is no reply. */
  readonly why: "lost" | "timeout" | "garbage";

  constructor(why: ConversationFailure["why"], message: string) {
    super(message);
    this.name = "ConversationFailure";
    this.why = why;
  }
}

/** Opens a TCP connection. @throws NetworkError (refused, timed out, no route) */
export function connectTcp(net: NetworkStack, to: Parameters<NetworkStack["connect"]>[0]): Promise<VirtualSocket> {
  return connected(net.connect(to));
}

/** Connects to a Unix domain socket of the same machine. @throws NetworkError ENOENT, ECONNREFUSED */
export function connectUnix(net: NetworkStack, path: string): Promise<VirtualSocket> {
  return connected(net.connectUnix(path));
}

function connected(socket: VirtualSocket): Promise<VirtualSocket> {
  if (socket.readyState === "open") return Promise.resolve(socket);
  return new Promise((resolve, reject) => {
    const succeed = (): void => {
      socket.removeListener("error", fail);
      resolve(socket);
    };
    const fail = (error: Error): void => {
      socket.removeListener("connect", succeed);
      reject(error);
    };
    socket.once("connect", succeed);
    socket.once("error", fail);
  });
}

/** A reply's lines never grow beyond this; what a server sends past it is garbage. */
const maxReplyBytes = 256 * 1024;

/**
 * The client's side of an SMTP or LMTP conversation: writes lines, reads whole replies, on the virtual clock.
 * One reader at a time; commands may be written ahead (pipelining), replies are read in order.
 */
export class SmtpConnection {
  readonly socket: VirtualSocket;
  readonly #clock: Clock;
  readonly #encoding: "utf8" | "latin1";
  #input = "";
  #ended = false;
  #wake: (() => void) | undefined;

  /** @param encoding of lines sent and read; `latin1` keeps every byte as a character of its own */
  constructor(socket: VirtualSocket, clock: Clock, encoding: "utf8" | "latin1" = "utf8") {
    this.#encoding = encoding;
    this.socket = socket;
    this.#clock = clock;
    socket.on("data", (chunk: Buffer) => {
      this.#input += chunk.toString("latin1");
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on("end", end);
    socket.on("close", end);
    socket.on("error", end);
  }

  /** False once the other side has closed. */
  get open(): boolean {
    return !this.#ended;
  }

  /** Writes one command line. */
  send(line: string): void {
    if (!this.#ended) this.socket.write(Buffer.from(`${line}\r\n`, this.#encoding));
  }

  /** Writes a message after DATA: stuffs the dots and ends it. @param content lines ended by CRLF */
  sendMessage(content: Uint8Array): void {
    if (!this.#ended) this.socket.write(stuffed(content));
  }

  /** Writes bytes as they are. */
  sendRaw(bytes: Uint8Array | string): void {
    if (!this.#ended) this.socket.write(bytes);
  }

  /**
   * The next whole reply.
   * @throws ConversationFailure when the connection ends or `timeoutMs` pass without a complete reply
   */
  async readReply(timeoutMs: number): Promise<SmtpReply> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.readLine(timeoutMs);
      lines.push(line);
      const match = /^(\d{3})([ -]|$)/.exec(line);
      if (match === null) throw new ConversationFailure("garbage", line);
      if (match[2] !== "-") return { code: Number(match[1]), lines };
    }
  }

  /** One line without its end. @throws ConversationFailure */
  async readLine(timeoutMs: number): Promise<string> {
    for (;;) {
      const end = this.#input.indexOf("\n");
      if (end !== -1) {
        const line = this.#input.slice(0, this.#input[end - 1] === "\r" ? end - 1 : end);
        this.#input = this.#input.slice(end + 1);
        return this.#encoding === "latin1" ? line : Buffer.from(line, "latin1").toString("utf8");
      }
      if (this.#input.length > maxReplyBytes) throw new ConversationFailure("garbage", "reply without an end");
      if (this.#ended) throw new ConversationFailure("lost", "the connection was closed");
      await this.#moreInput(timeoutMs);
    }
  }

  /** Closes in order (FIN). */
  close(): void {
    this.socket.end();
  }

  /** Closes at once (RST). */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  #moreInput(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer: Timer = this.#clock.setTimeout(() => {
        this.#wake = undefined;
        reject(new ConversationFailure("timeout", `nothing came for ${timeoutMs} ms`));
      }, timeoutMs);
      this.#wake = () => {
        this.#wake = undefined;
        this.#clock.clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A reply as one text: lines joined by newlines, codes included. */
export function replyText(reply: SmtpReply): string {
  return reply.lines.join("\n");
}
