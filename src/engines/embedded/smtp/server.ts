import type { Socket } from "node:net";
import { SMTPServer } from "smtp-server";
import { SMTPConnection } from "smtp-server/lib/smtp-connection.js";
import { SMTPStream } from "smtp-server/lib/smtp-stream.js";
import type { VirtualSocket } from "../wire/network-stack.ts";
import { MessageReader } from "./message-reader.ts";
import type { ClientLink, ReceivedMessage, SessionFactory, SmtpSession } from "./session.ts";

/**
 * smtp-server 3.21.6 over virtual sockets, reduced to what it does well: its line and DATA parser, the socket's life, the
 * upgrade to TLS. Every reply, every command and every rule belongs to the session (`SmtpSession`), so that each product
 * answers with its own words. The version is pinned: this file reaches into underscore members.
 */
export class VirtualSmtpServer {
  readonly #newSession: SessionFactory;
  /** Made for the first client: most listeners of an idle range never have one. */
  #server: SessionServer | undefined;

  constructor(newSession: SessionFactory) {
    this.#newSession = newSession;
  }

  /** Serves one connected client. */
  accept(socket: VirtualSocket): void {
    this.#server ??= new SessionServer(this.#newSession);
    this.#server.connect(socket as unknown as Socket, { id: "-" });
  }

  get clients(): number {
    return this.#server?.connections.size ?? 0;
  }

  /** Drops every client at once, as the end of the process does. */
  dropClients(): void {
    for (const client of [...(this.#server?.connections ?? [])]) (client as ServedClient).reset();
  }
}

class SessionServer extends SMTPServer {
  readonly newSession: SessionFactory;

  constructor(newSession: SessionFactory) {
    super({ logger: false, hideSTARTTLS: true, disableReverseLookup: true, name: "-" });
    this.newSession = newSession;
  }

  /** The library would build a TLS context for every server (3 ms each), needed or not. */
  override updateSecureContext(): void {
    this.secureContext ??= new Map();
  }

  override connect(socket: Socket, options?: { readonly id?: string } | null): void {
    const client = new ServedClient(this, socket, options?.id ?? "-");
    this.connections.add(client);
    client.init();
  }
}

/** More than any product accepts in a command line; a longer one is cut off by hanging up. */
const maxCommandBytes = 1024 * 1024;
/** How long a client that was told to go may keep its side open. */
const lingerMs = 5000;

class ServedClient extends SMTPConnection implements ClientLink {
  readonly #session: SmtpSession;
  #idleTimeoutMs = 300_000;
  /** A command is being answered: the client waits for us. */
  #answering = false;
  /** Reads under way inside a command; told when the client leaves. */
  #abandonRead: (() => void) | undefined;
  /** The next line goes to a `readLine` instead of being a command. */
  #lineReader: ((line: string) => void) | undefined;
  /** Lets the parser go on after the line it has handed over. */
  #resume: (() => void) | undefined;
  #messageRead = false;
  #inputOver = false;
  #hungUp = false;

  constructor(server: SessionServer, socket: Socket, id: string) {
    super(server, socket, { id });
    this.#session = server.newSession(this);
  }

  // ---- the link, as the session sees it

  reply(...lines: readonly string[]): void {
    if (this.#hungUp || !this._socket.writable) return;
    this._socket.write(Buffer.from(`${lines.join("\r\n")}\r\n`, "latin1"));
  }

  readMessage(limitBytes: number): Promise<ReceivedMessage> {
    const parser = this.#parser();
    const reader = new MessageReader(limitBytes);
    const received = (complete: boolean): ReceivedMessage => ({ content: reader.content(), sizeBytes: reader.sizeBytes, complete });
    if (parser === undefined || this.#inputOver) return Promise.resolve(received(false));
    this.#messageRead = true;
    return new Promise((resolve) => {
      this.#abandonRead = () => resolve(received(false));
      parser.startMessage(reader, () => {
        this.#abandonRead = undefined;
        resolve(received(true));
      });
      this.#goOn();
    });
  }

  readBytes(count: number): Promise<Buffer | undefined> {
    const parser = this.#parser();
    if (parser === undefined || this.#inputOver) return Promise.resolve(undefined);
    if (count === 0) return Promise.resolve(Buffer.alloc(0));
    this.#messageRead = true;
    return new Promise((resolve) => {
      this.#abandonRead = () => resolve(undefined);
      parser.startChunk(count, (content) => {
        this.#abandonRead = undefined;
        resolve(content);
      });
      this.#goOn();
    });
  }

  readLine(): Promise<string | undefined> {
    if (this.#parser() === undefined || this.#inputOver) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#abandonRead = () => resolve(undefined);
      this.#lineReader = (line) => {
        this.#abandonRead = undefined;
        resolve(line);
      };
      this.#goOn();
    });
  }

  sentAhead(): string {
    const parser = this.#parser();
    const socket = this._socket;
    socket.read(0);
    const unread = socket.readableLength > 0 ? (socket.read() as Buffer | null) : null;
    if (unread !== null) socket.unshift(unread);
    return (parser?.ahead ?? "") + (unread?.toString("latin1") ?? "");
  }

  setIdleTimeout(timeoutMs: number): void {
    this.#idleTimeoutMs = timeoutMs;
    this._armTimeout();
  }

  end(): void {
    if (this.#hungUp) return;
    this.#stopListening();
    if (this._socket.writable) this._socket.end();
    this._socket.resume();
    this._socket.setTimeout(lingerMs);
  }

  reset(): void {
    if (this.#hungUp) return;
    this.#stopListening();
    this._socket.resetAndDestroy();
  }

  // ---- the library's side

  /** No 100 ms wait for early talkers: that is a real timer. Input stays in the socket until the greeting is out. */
  override init(): void {
    this._socket.on("close", () => this.#clientLeft());
    this._socket.on("error", () => this.#clientLeft());
    this._socket.on("timeout", () => this._onTimeout());
    this._armTimeout();
    this.#answering = true;
    void this.#after(this.#session.begin(), () => {
      this.#answering = false;
      this._armTimeout();
      const parser = this.#parser();
      if (parser === undefined || this.#hungUp) return;
      if (this._socket.destroyed) parser.end();
      else this._socket.pipe(parser);
    });
  }

  override _createParser(): SMTPStream {
    const parser = new CommandParser({ maxCommandLength: maxCommandBytes });
    parser.oncommand = (line, next) => {
      parser.handedOver(line);
      this._onCommand(line, next);
    };
    parser.on("finish", () => this.#inputEnded());
    parser.on("error", () => this.end());
    return parser;
  }

  override _onCommand(line: Buffer, next: () => void = () => undefined): void {
    if (this.#hungUp) return;
    this.#resume = next;
    const text = line.toString("latin1");
    if (this.#lineReader !== undefined) {
      const reader = this.#lineReader;
      this.#lineReader = undefined;
      reader(text);
      return;
    }
    this.#answering = true;
    void this.#after(this.#session.command(text), () => {
      this.#answering = false;
      if (this.#hungUp) return;
      this._armTimeout();
      this.#goOn();
    });
  }

  override _onTimeout(): void {
    if (this.#hungUp) {
      this._socket.destroy();
      return;
    }
    const clientOwesInput = !this.#answering || this.#abandonRead !== undefined;
    if (clientOwesInput) this.#session.timedOut();
    if (!this.#hungUp) this._armTimeout();
  }

  override _armTimeout(): void {
    if (!this._socket.destroyed) this._socket.setTimeout(this.#idleTimeoutMs);
  }

  /** Replies that the library would make up itself never reach a client. */
  override send(): void {
    this.end();
  }

  override close(): void {
    this.end();
  }

  // ---- within

  #parser(): CommandParser | undefined {
    return this._parser instanceof CommandParser ? this._parser : undefined;
  }

  /** Lets the parser hand over the next line, or the content after a 354. */
  #goOn(): void {
    const parser = this.#parser();
    if (this.#messageRead && parser !== undefined && !parser._dataMode && parser._continueCallback !== false) {
      this.#messageRead = false;
      parser.continue();
      return;
    }
    const resume = this.#resume;
    this.#resume = undefined;
    if (resume !== undefined) this._whenWritable(resume);
  }

  /** Runs `then` when the session is done with a step. What a session throws is a bug and is not hidden. */
  #after(step: void | Promise<void>, then: () => void): void | Promise<void> {
    return step instanceof Promise ? step.then(then) : then();
  }

  /** The socket is gone; what came in before is still answered, then the input is over. */
  #clientLeft(): void {
    if (this.#hungUp) return;
    const parser = this.#parser();
    if (parser === undefined || parser.writableEnded) return;
    this._socket.unpipe(parser);
    parser.end();
  }

  #inputEnded(): void {
    if (this.#hungUp || this.#inputOver) return;
    this.#inputOver = true;
    this.#abandonRead?.();
    this._server.connections.delete(this);
    this.#session.ended();
  }

  #stopListening(): void {
    this.#hungUp = true;
    this.#abandonRead?.();
    this._server.connections.delete(this);
    const parser = this.#parser();
    if (parser === undefined) return;
    parser.isClosed = true;
    this._socket.unpipe(parser);
  }
}

/** The library's parser, which also knows what was sent ahead, reads counted chunks, and takes no half line for a command. */
class CommandParser extends SMTPStream {
  /** Command input that has arrived and was not handed over yet, latin1. */
  ahead = "";
  /** Takes bytes while content is read. @returns what is left when the content is whole */
  #content: ((bytes: Buffer) => Buffer | undefined) | undefined;

  /** Everything up to the line with a single dot goes to the reader. */
  startMessage(reader: MessageReader, done: () => void): void {
    this.#startContent((bytes) => {
      const rest = reader.feed(bytes);
      if (rest !== undefined) this.#finish(done);
      return rest;
    });
  }

  /** Just so many bytes are content. */
  startChunk(count: number, done: (content: Buffer) => void): void {
    const parts: Buffer[] = [];
    let left = count;
    this.#startContent((bytes) => {
      parts.push(bytes.subarray(0, left));
      const rest = bytes.subarray(left);
      left -= Math.min(left, bytes.length);
      if (left > 0) return undefined;
      this.#finish(() => done(Buffer.concat(parts)));
      return rest;
    });
  }

  #startContent(take: (bytes: Buffer) => Buffer | undefined): void {
    this._dataMode = true;
    this.#content = take;
  }

  /** Called once the parser stands where it goes on. */
  #finished: (() => void) | undefined;
  #finish(done: () => void): void {
    this.#finished = done;
  }

  override _write(chunk: Buffer, encoding: BufferEncoding | "buffer", next: (error?: Error | null) => void): void {
    if (!this._dataMode) this.ahead = this._remainder + chunk.toString("latin1");
    super._write(chunk, encoding, next);
  }

  handedOver(line: Buffer): void {
    this.ahead = this.ahead.slice(line.length + (this.ahead[line.length] === "\r" ? 2 : 1));
  }

  /** The library's own forgets a second message that is complete before the first one's continuation returns. */
  override continue(): void {
    const goOn = this._continueCallback;
    this._continueCallback = false;
    if (typeof goOn === "function") goOn();
  }

  override _feedDataStream(bytes: Buffer, done: (error?: Error | null) => void): void {
    const rest = this.#content?.(bytes);
    if (rest === undefined) {
      done();
      return;
    }
    this.#content = undefined;
    this._dataMode = false;
    this._remainder = "";
    this.ahead = rest.toString("latin1");
    this._continueCallback = () => this._write(rest, "buffer", done);
    this.#finished?.();
  }

  /** A line without its end is no command, when the client leaves in its middle. */
  override _flushData(): void {
    this._remainder = "";
  }
}
