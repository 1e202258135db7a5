/** A message as it was received after DATA: dots unstuffed, every line with the end it came with. */
export interface ReceivedMessage {
  /** Nothing beyond the limit is kept. */
  readonly content: Buffer;
  /** How many bytes came in whole lines, kept or not. */
  readonly sizeBytes: number;
  /** False when the client left before the end. */
  readonly complete: boolean;
}

/** One client of a server program, as that program sees it. All text is latin1: one character a byte. */
export interface ClientLink {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Writes one whole reply: `250 2.1.0 Ok`, or several lines `250-...`. Lines without their end, in one packet. */
  reply(...lines: readonly string[]): void;
  /**
   * Reads a message up to the line with a single dot. To be called inside `command`, after the 354 was written.
   * @param limitBytes how much is kept
   */
  readMessage(limitBytes: number): Promise<ReceivedMessage>;
  /** Reads just so many bytes (BDAT). @returns undefined when the client left before the end */
  readBytes(count: number): Promise<Buffer | undefined>;
  /** Reads one more line inside `command` (AUTH). @returns undefined when the client left */
  readLine(): Promise<string | undefined>;
  /** What the client has sent ahead of the command that is being answered. */
  sentAhead(): string;
  /** How long the client may say nothing, milliseconds. Counts anew from now and from each byte. */
  setIdleTimeout(timeoutMs: number): void;
  /** Hangs up in order; what was written still arrives. Nothing the client says is heard any more. */
  end(): void;
  /** Hangs up at once (RST). */
  reset(): void;
}

/**
 * What a server program does with one client: Postfix's smtpd, Dovecot's lmtp, a scripted peer.
 * The server calls one method at a time, except `timedOut` and `ended`, which may come while a command is being answered.
 */
export interface SmtpSession {
  /** The client is connected: say the greeting. Its commands are held back until this is done. */
  begin(): void | Promise<void>;
  /** One command line, without its end. The next one is held back until this is done. */
  command(line: string): void | Promise<void>;
  /** The client said nothing for the idle time. Not called while the client waits for us. */
  timedOut(): void;
  /** The client has gone, and everything that it sent has been answered. Called once; not after `end` or `reset`. */
  ended(): void;
}

export type SessionFactory = (link: ClientLink) => SmtpSession;
