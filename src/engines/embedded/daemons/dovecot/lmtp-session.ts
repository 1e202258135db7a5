import { deliveryHeaders } from "../../../../daemons/dovecot/delivery-headers.ts";
import type { DovecotPolicy } from "../../../../daemons/dovecot/policy.ts";
import type { ClientLink, SmtpSession } from "../../smtp/session.ts";
import type { DeliveryOutcome } from "./delivery.ts";
import { type CommandPath, readPath } from "./lmtp-path.ts";
import type { LookUp, MailUser } from "./users.ts";

/** What a session asks of the lmtp process that it runs in. */
export interface LmtpProcess {
  readonly policy: DovecotPolicy;
  readonly hostName: string;
  now(): number;
  /** A new session id. */
  newSessionId(): string;
  lookUp(login: string): LookUp;
  /** Saves a mail for one user and logs what became of it. */
  deliver(delivery: LmtpDelivery): DeliveryOutcome;
  /** A user could not even be looked up. */
  lookUpFailed(recipient: string, sessionId: string, words: string): void;
  /** The connection is over. @param reason `Logged out (state=READY)` */
  disconnected(reason: string): void;
}

export interface LmtpDelivery {
  readonly user: MailUser;
  /** The address as the client gave it. */
  readonly recipient: string;
  readonly sessionId: string;
  /** With the fields that LMTP adds, LF lines, latin1. */
  readonly content: string;
}

type State = "GREETING" | "READY" | "MAIL FROM" | "RCPT TO" | "DATA";

/** What a command is answered with. */
interface Answer {
  readonly lines: readonly string[];
  /** The command made no sense; after ten of those the client is sent away. */
  readonly senseless: boolean;
  readonly thenEnd?: true;
}

interface Recipient {
  readonly address: string;
  readonly user: MailUser;
  readonly sessionId: string;
}

const CAPABILITIES = ["8BITMIME", "CHUNKING", "ENHANCEDSTATUSCODES", "PIPELINING"];
const BAD_COMMANDS = 10;
const IDLE_MS = 300_000;
const LARGEST_BYTES = 256 * 1024 * 1024;

/** One client of Dovecot's LMTP server, version 2.3.19. Replies as measured on the real one. */
export class LmtpSession implements SmtpSession {
  readonly #link: ClientLink;
  readonly #process: LmtpProcess;
  readonly #overTcp: boolean;
  #state: State = "GREETING";
  #clientName = "";
  #bad = 0;
  #sessionId: string | undefined;
  #transactions = 0;
  #from: string | undefined;
  /** RCPT commands of this transaction that were looked at, refused ones counted. */
  #recipientsSeen = 0;
  #recipients: Recipient[] = [];
  #chunks: string[] = [];
  #chunksFailed = false;

  constructor(link: ClientLink, process: LmtpProcess, overTcp: boolean) {
    this.#link = link;
    this.#process = process;
    this.#overTcp = overTcp;
  }

  begin(): void {
    this.#link.setIdleTimeout(IDLE_MS);
    this.#link.reply(`220 ${this.#process.hostName} ${this.#process.policy.greeting}`);
  }

  async command(line: string): Promise<void> {
    const answer = await this.#answer(line);
    if (answer === undefined) return;
    if (!answer.senseless) {
      this.#link.reply(...answer.lines);
      if (answer.thenEnd === true) this.#hangUp("Logged out");
    } else if (this.#bad++ < BAD_COMMANDS) this.#link.reply(...answer.lines);
    else {
      const unfinished = /^data\b/i.test(line) ? " (unfinished DATA command)" : "";
      this.#link.reply(`421 4.7.0 ${this.#process.hostName} Too many invalid commands.`);
      this.#hangUp(`Too many invalid commands.${unfinished}`);
    }
  }

  #answer(line: string): Answer | undefined | Promise<Answer | undefined> {
    const match = /^([A-Za-z]+)(?: (.*))?$/.exec(line);
    if (match === null) return refused("500 5.5.2 Invalid command syntax");
    const [, verb = "", argument = ""] = match;
    switch (verb.toUpperCase()) {
      case "LHLO":
        return this.#lhlo(argument);
      case "MAIL":
        return this.#mail(argument);
      case "RCPT":
        return this.#rcpt(argument);
      case "DATA":
        return this.#data(argument);
      case "BDAT":
        return this.#bdat(argument);
      case "RSET":
        if (argument !== "") return refused("501 5.5.4 Invalid parameters");
        this.#reset();
        return said("250 2.0.0 OK");
      case "NOOP":
        return said("250 2.0.0 OK");
      case "QUIT":
        return argument === "" ? { ...said("221 2.0.0 Bye"), thenEnd: true } : refused("501 5.5.4 Invalid parameters");
      case "VRFY":
        return argument === "" ? refused("501 5.5.4 Invalid parameters") : said("252 2.3.3 Try RCPT instead");
      case "STARTTLS":
        return refused("502 5.5.1 TLS support is not enabled.");
      case "AUTH":
        return refused("502 5.5.1 Unsupported command");
      case "XCLIENT":
        return refused("550 5.7.14 You are not from trusted IP");
      default:
        return refused("500 5.5.1 Unknown command");
    }
  }

  timedOut(): void {
    this.#link.reply(`421 4.4.2 ${this.#process.hostName} Disconnected for inactivity`);
    this.#hangUp("Disconnected for inactivity");
  }

  ended(): void {
    const unfinished = this.#state === "DATA" ? " (unfinished DATA command)" : "";
    this.#process.disconnected(`Connection closed${unfinished} (state=${this.#state})`);
  }

  /** The process ends: a reload or a stop. */
  shutDown(): void {
    this.#link.reply(`421 4.3.2 ${this.#process.hostName} Shutting down`);
    this.#hangUp("Shutting down");
  }

  #lhlo(argument: string): Answer {
    const [name = ""] = argument.split(" ");
    if (name === "") return refused("501 Missing hostname");
    this.#clientName = name;
    this.#reset();
    const lines = [this.#process.hostName, ...CAPABILITIES];
    return said(...lines.map((text, index) => `250${index === lines.length - 1 ? " " : "-"}${text}`));
  }

  #mail(argument: string): Answer {
    if (this.#from !== undefined) return refused("503 5.5.0 MAIL already given");
    const path = pathOf(argument, "FROM");
    if (path === undefined) return refused("501 5.5.4 Invalid parameters");
    if (typeof path === "string") return refused(`501 5.5.4 Invalid FROM: ${path}`);
    if (!path.parameters.every((word) => /^BODY=(7BIT|8BITMIME)$/i.test(word))) return said("555 5.5.4 Unsupported parameters");
    this.#sessionId ??= this.#process.newSessionId();
    this.#transactions++;
    this.#from = path.text;
    this.#state = "MAIL FROM";
    return said("250 2.1.0 OK");
  }

  #rcpt(argument: string): Answer {
    if (this.#from === undefined) return refused("503 5.5.0 MAIL needed first");
    const path = pathOf(argument, "TO");
    if (path === undefined) return refused("501 5.5.4 Invalid parameters");
    if (typeof path === "string") return refused(`501 5.5.4 Invalid TO: ${path}`);
    if (path.address === "") return refused("501 5.5.4 Invalid TO: Null path not allowed");
    if (path.parameters.length > 0) return said("555 5.5.4 Unsupported parameters");
    this.#recipientsSeen++;
    const login = withoutDetail(path.address, this.#process.policy.recipientDelimiter);
    const sessionId = this.#recipientsSeen === 1 ? this.#transactionId() : `${this.#transactionId()}:R${this.#recipientsSeen}`;
    const lookUp = this.#process.lookUp(login);
    if (lookUp.found === "nobody") return said(`550 5.1.1 <${path.text}> User doesn't exist: ${login}`);
    if (lookUp.found === "failure") {
      this.#process.lookUpFailed(path.text, sessionId, lookUp.words);
      return said(`451 4.3.0 <${path.text}> Temporary internal error`);
    }
    this.#recipients.push({ address: path.text, user: lookUp.user, sessionId });
    this.#state = "RCPT TO";
    return said("250 2.1.5 OK");
  }

  async #data(argument: string): Promise<Answer | undefined> {
    if (argument !== "") return refused("501 5.5.4 Invalid parameters");
    const refusal = this.#notReady();
    if (refusal !== undefined) return refused(refusal);
    this.#state = "DATA";
    this.#link.reply("354 OK");
    const message = await this.#link.readMessage(LARGEST_BYTES);
    return message === undefined ? undefined : this.#deliver(message.content.toString("latin1"));
  }

  async #bdat(argument: string): Promise<Answer | undefined> {
    const match = /^(\d+)( LAST)?$/i.exec(argument);
    if (match === null) {
      this.#chunksFailed = true;
      return refused("501 5.5.4 Invalid chunk size parameter");
    }
    const bytes = await this.#link.readBytes(Number(match[1]));
    if (bytes === undefined) return undefined;
    if (this.#chunksFailed) return refused("503 5.5.0 Previous data chunk failed, issue RSET first");
    const refusal = this.#notReady();
    if (refusal !== undefined) return refused(refusal);
    this.#chunks.push(bytes.toString("latin1"));
    if (match[2] === undefined) return said(`250 2.0.0 Added ${match[1]} octets`);
    return this.#deliver(this.#chunks.join(""));
  }

  #notReady(): string | undefined {
    if (this.#from === undefined) return "503 5.5.0 MAIL needed first";
    return this.#recipients.length === 0 ? "503 5.5.0 No valid recipients" : undefined;
  }

  /** One reply for each recipient, in order; a user who is named twice gets one copy. */
  #deliver(received: string): Answer {
    const recipients = this.#recipients;
    const headers = deliveryHeaders({
      from: this.#from ?? "",
      recipients: recipients.map((each) => each.address),
      clientName: this.#clientName,
      ...(this.#overTcp ? { clientAddress: this.#link.remoteAddress } : {}),
      hostName: this.#process.hostName,
      transactionId: this.#transactionId(),
      atMs: this.#process.now(),
    });
    const content = headers + received.replaceAll("\r\n", "\n");
    const done = new Map<string, { readonly outcome: DeliveryOutcome; readonly sessionId: string }>();
    const replies: string[] = [];
    for (const { address, user, sessionId } of recipients) {
      const copy = done.get(user.name) ?? { outcome: this.#process.deliver({ user, recipient: address, sessionId, content }), sessionId };
      done.set(user.name, copy);
      const text =
        copy.outcome.failure === undefined && copy.outcome.code.startsWith("250") ? `${copy.sessionId} Saved` : copy.outcome.text;
      replies.push(`${copy.outcome.code} <${address}> ${text}`);
    }
    this.#reset();
    return said(...replies);
  }

  #transactionId(): string {
    const id = this.#sessionId ?? "";
    return this.#transactions <= 1 ? id : `${id}:T${this.#transactions}`;
  }

  #reset(): void {
    this.#from = undefined;
    this.#recipients = [];
    this.#recipientsSeen = 0;
    this.#chunks = [];
    this.#chunksFailed = false;
    this.#state = "READY";
  }

  #hangUp(reason: string): void {
    this.#process.disconnected(`${reason} (state=${this.#state})`);
    this.#link.end();
  }
}

function said(...lines: readonly string[]): Answer {
  return { lines, senseless: false };
}

function refused(reply: string): Answer {
  return { lines: [reply], senseless: true };
}

/** What follows `FROM:` or `TO:`; undefined when that is missing. */
function pathOf(argument: string, keyword: "FROM" | "TO"): CommandPath | string | undefined {
  const colon = keyword.length;
  if (argument.slice(0, colon + 1).toUpperCase() !== `${keyword}:`) return undefined;
  return readPath(argument.slice(colon + 1));
}

function withoutDetail(address: string, delimiter: string): string {
  const at = address.lastIndexOf("@");
  const local = at === -1 ? address : address.slice(0, at);
  const places = [...delimiter].map((letter) => local.indexOf(letter)).filter((place) => place > 0);
  return places.length === 0 ? address : local.slice(0, Math.min(...places)) + (at === -1 ? "" : address.slice(at));
}
