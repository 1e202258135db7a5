import { quoteAddress } from "../../../../../mail/address.ts";
import type { SmtpReply } from "../../../smtp/connection.ts";
import { ConversationFailure, type SmtpConnection } from "../../../smtp/connection.ts";
import { attributeOf, contentOf, type QueueRecipient, type StoredMessage } from "../queue-file.ts";
import { encodeXtext } from "./xtext.ts";

/** SMTP or LMTP: the greeting command, and whether each recipient gets a reply of its own after the message. */
export type Protocol = "smtp" | "lmtp";

/** How long each step may take, milliseconds (`smtp_helo_timeout` and so on). */
export interface StepTimeouts {
  readonly greeting: number;
  readonly helo: number;
  readonly mail: number;
  readonly rcpt: number;
  readonly data: number;
  readonly transfer: number;
  readonly done: number;
}

/** A server that has greeted us and said what it can. */
export interface Session {
  readonly connection: SmtpConnection;
  readonly protocol: Protocol;
  /** `mx1.meadow.example[203.0.113.19]` */
  readonly peer: string;
  /** The same with the port, as `relay=` shows it. */
  readonly relay: string;
  /** Keyword of EHLO → its parameters, upper case keywords. */
  readonly features: ReadonlyMap<string, string>;
  /** Messages sent over this connection so far. */
  uses: number;
}

/** A delivery problem in the words of the log: `host X said: ... (in reply to RCPT TO command)`. */
export interface Trouble {
  readonly dsn: string;
  readonly text: string;
  /** What the server said, for the bounce's Diagnostic-Code; absent when the trouble is our own finding. */
  readonly reply?: string;
  /** The destination as a whole is in trouble, not this message: later mail for it may wait (hop status). */
  readonly throttles: boolean;
}

/** `dsn` of a reply: the enhanced status code where it has one of the right class, else `code/100.0.0`. */
export function dsnOf(reply: SmtpReply): string {
  const last = reply.lines.at(-1) ?? "";
  const own = /^\d{3}[ -]((\d)\.\d{1,3}\.\d{1,3})(?: |$)/.exec(last);
  const kind = Math.floor(reply.code / 100);
  return own?.[1] !== undefined && own[2] === String(kind) ? own[1] : `${kind}.0.0`;
}

/** A reply as the log quotes it: one line. */
export function quoted(reply: SmtpReply): string {
  return reply.lines.join(" ");
}

function said(session: Session, reply: SmtpReply, command: string): Trouble {
  return {
    dsn: dsnOf(reply),
    text: `host ${session.peer} said: ${quoted(reply)} (in reply to ${command} command)`,
    reply: quoted(reply),
    throttles: false,
  };
}

/** What a broken conversation is called. */
export function lost(peer: string, failure: ConversationFailure, doing: string): Trouble {
  const text =
    failure.why === "timeout" ? `conversation with ${peer} timed out while ${doing}` : `lost connection with ${peer} while ${doing}`;
  return { dsn: "4.4.2", text, throttles: true };
}

/** Hears of each recipient's fate as soon as it is known: a refused RCPT TO long before the message itself is sent. */
export interface TransactionReport {
  accepted(recipient: QueueRecipient, reply: SmtpReply): void;
  refused(recipient: QueueRecipient, trouble: Trouble): void;
  /** A line of the message was longer than so many bytes. */
  brokenLine(limit: number): void;
}

interface TransactionOptions {
  readonly timeouts: StepTimeouts;
  /** Longest line that is sent, bytes; 0: as long as they are. */
  readonly lineLength: number;
  /** Also says QUIT, without waiting for its answer. */
  readonly quit: boolean;
}

/**
 * Sends one message to some recipients. Commands are sent ahead where the server can take it (PIPELINING).
 * @returns whether the connection can take another message
 */
export async function transact(
  session: Session,
  message: StoredMessage,
  recipients: readonly QueueRecipient[],
  options: TransactionOptions,
  report: TransactionReport,
): Promise<boolean> {
  return new Transaction(session, message, recipients, options, report).run();
}

class Transaction {
  readonly #session: Session;
  readonly #message: StoredMessage;
  readonly #recipients: readonly QueueRecipient[];
  readonly #options: TransactionOptions;
  readonly #report: TransactionReport;
  readonly #judged = new Set<QueueRecipient>();
  #doing = "sending MAIL FROM";

  constructor(
    session: Session,
    message: StoredMessage,
    recipients: readonly QueueRecipient[],
    options: TransactionOptions,
    report: TransactionReport,
  ) {
    this.#session = session;
    this.#message = message;
    this.#recipients = recipients;
    this.#options = options;
    this.#report = report;
  }

  async run(): Promise<boolean> {
    try {
      const tooLarge = this.#tooLarge();
      if (tooLarge !== undefined) {
        // smtp(8) hangs up here without a word.
        this.#refuseRest(tooLarge);
        return false;
      }
      const notUtf8 = this.#notUtf8();
      if (notUtf8 === undefined) {
        await this.#exchange();
      } else {
        this.#refuseRest(notUtf8);
        if (this.#options.quit) this.#session.connection.send("QUIT");
      }
      return !this.#options.quit;
    } catch (error) {
      if (!(error instanceof ConversationFailure)) throw error;
      this.#refuseRest(lost(this.#session.peer, error, this.#doing));
      return false;
    }
  }

  #tooLarge(): Trouble | undefined {
    const limit = Number(this.#session.features.get("SIZE") ?? "0");
    const { sizeBytes } = this.#message;
    if (!(limit > 0) || limit >= sizeBytes) return undefined;
    return {
      dsn: "5.3.4",
      text: `message size ${sizeBytes} exceeds size limit ${limit} of server ${this.#session.peer}`,
      throttles: false,
    };
  }

  #notUtf8(): Trouble | undefined {
    if (this.#message.utf8 !== true || this.#session.features.has("SMTPUTF8")) return undefined;
    return { dsn: "5.6.7", text: `SMTPUTF8 is required, but was not offered by host ${this.#session.peer}`, throttles: false };
  }

  async #exchange(): Promise<void> {
    const { connection, features } = this.#session;
    const { timeouts, quit } = this.#options;
    const pipelining = features.has("PIPELINING");
    const commands = [this.#mailCommand(), ...this.#recipients.map((recipient) => this.#rcptCommand(recipient)), "DATA"];
    let sent = 0;
    const sendUpTo = (count: number): void => {
      const batch = commands.slice(sent, count);
      sent = Math.max(sent, count);
      if (batch.length > 0) connection.send(batch.join("\r\n"));
    };
    sendUpTo(pipelining ? commands.length : 1);

    const mailReply = await connection.readReply(timeouts.mail);
    const mailRefused = Math.floor(mailReply.code / 100) !== 2;
    if (mailRefused) this.#refuseRest(said(this.#session, mailReply, "MAIL FROM"));
    if (mailRefused && !pipelining) {
      await this.#reset(quit);
      return;
    }
    const survivors = await this.#readRecipients(mailRefused, (count) => sendUpTo(count));
    if (survivors.length === 0 && !pipelining) {
      await this.#reset(quit);
      return;
    }
    this.#doing = "sending DATA command";
    sendUpTo(commands.length);
    const dataReply = await connection.readReply(timeouts.data);
    if (dataReply.code !== 354) {
      for (const recipient of survivors) this.#refuse(recipient, said(this.#session, dataReply, "DATA"));
      await this.#reset(quit);
      return;
    }
    if (survivors.length === 0) connection.sendRaw(".\r\n");
    else connection.sendMessage(this.#content());
    if (quit && this.#session.protocol === "smtp") connection.send("QUIT");
    await this.#readOutcome(survivors);
  }

  /** Lines beyond `smtp_line_length_limit` are broken; the program says so once a message. */
  #content(): Buffer {
    const content = contentOf(this.#message, "\r\n");
    const limit = this.#options.lineLength;
    if (limit === 0 || longestLine(content) <= limit) return content;
    this.#report.brokenLine(limit);
    const lines = content.toString("latin1").split("\r\n");
    const broken = lines.map((line) => (line.match(new RegExp(`.{1,${limit}}`, "gs")) ?? [""]).join("\r\n "));
    return Buffer.from(broken.join("\r\n"), "latin1");
  }

  async #readRecipients(mailRefused: boolean, sendUpTo: (count: number) => void): Promise<readonly QueueRecipient[]> {
    const survivors: QueueRecipient[] = [];
    for (const [index, recipient] of this.#recipients.entries()) {
      this.#doing = "sending RCPT TO";
      sendUpTo(index + 2);
      const reply = await this.#session.connection.readReply(this.#options.timeouts.rcpt);
      if (mailRefused) continue;
      if (Math.floor(reply.code / 100) === 2) survivors.push(recipient);
      else this.#refuse(recipient, said(this.#session, reply, "RCPT TO"));
    }
    return survivors;
  }

  async #readOutcome(survivors: readonly QueueRecipient[]): Promise<void> {
    const { connection, protocol } = this.#session;
    this.#doing = "sending end of data -- message may be sent more than once";
    const judge = (recipient: QueueRecipient, reply: SmtpReply): void => {
      if (Math.floor(reply.code / 100) === 2) this.#accept(recipient, reply);
      else this.#refuse(recipient, said(this.#session, reply, "end of DATA"));
    };
    if (protocol === "lmtp") {
      for (const recipient of survivors) judge(recipient, await connection.readReply(this.#options.timeouts.done));
      return;
    }
    const reply = await connection.readReply(this.#options.timeouts.done);
    for (const recipient of survivors) judge(recipient, reply);
  }

  /** RSET before the connection is used again or left. */
  async #reset(quit: boolean): Promise<void> {
    this.#doing = "sending final RSET";
    this.#session.connection.send("RSET");
    if (!quit) await this.#session.connection.readReply(this.#options.timeouts.mail);
    else if (this.#session.protocol === "smtp") this.#session.connection.send("QUIT");
  }

  #mailCommand(): string {
    const { features } = this.#session;
    const message = this.#message;
    const parts = [`MAIL FROM:<${quoteAddress(message.sender)}>`];
    if (features.has("SIZE")) parts.push(`SIZE=${message.sizeBytes}`);
    if (features.has("8BITMIME") && attributeOf(message, "encoding") === "8bit") parts.push("BODY=8BITMIME");
    if (features.has("DSN")) {
      const ret = attributeOf(message, "ret_flags");
      const envelopeId = attributeOf(message, "envelope_id");
      if (envelopeId !== undefined) parts.push(`ENVID=${encodeXtext(envelopeId)}`);
      if (ret !== undefined) parts.push(`RET=${ret === "1" ? "FULL" : "HDRS"}`);
    }
    if (features.has("SMTPUTF8") && message.utf8 === true) parts.push("SMTPUTF8");
    return parts.join(" ");
  }

  #rcptCommand(recipient: QueueRecipient): string {
    const parts = [`RCPT TO:<${quoteAddress(recipient.address)}>`];
    if (this.#session.features.has("DSN")) {
      if (recipient.notify !== 0) parts.push(`NOTIFY=${notifyText(recipient.notify)}`);
      const [type = "rfc822", ...address] = recipient.dsnOriginal.split(";");
      if (address.length > 0) parts.push(`ORCPT=${type};${encodeXtext(address.join(";"))}`);
    }
    return parts.join(" ");
  }

  #accept(recipient: QueueRecipient, reply: SmtpReply): void {
    this.#judged.add(recipient);
    this.#report.accepted(recipient, reply);
  }

  #refuse(recipient: QueueRecipient, trouble: Trouble): void {
    this.#judged.add(recipient);
    this.#report.refused(recipient, trouble);
  }

  #refuseRest(trouble: Trouble): void {
    for (const recipient of this.#recipients) if (!this.#judged.has(recipient)) this.#refuse(recipient, trouble);
  }
}

/** Length of the longest line without its end (CRLF). */
function longestLine(content: Buffer): number {
  let [longest, start] = [0, 0];
  for (let end = content.indexOf("\r\n"); end !== -1; end = content.indexOf("\r\n", start)) {
    longest = Math.max(longest, end - start);
    start = end + 2;
  }
  return Math.max(longest, content.length - start);
}

const notifyNames = ["NEVER", "SUCCESS", "FAILURE", "DELAY"];

/** NOTIFY's bits as the ESMTP parameter writes them. */
export function notifyText(bits: number): string {
  return notifyNames.filter((_, bit) => (bits & (1 << bit)) !== 0).join(",");
}
