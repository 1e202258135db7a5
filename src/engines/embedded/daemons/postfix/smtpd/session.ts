import { delay } from "../../../../../base/clock.ts";
import { matchClient, openMatchList } from "../../../../../daemons/postfix/match-list.ts";
import type { PostfixPolicy } from "../../../../../daemons/postfix/policy.ts";
import { type Decision, decide, type Stage } from "../../../../../daemons/postfix/restrictions/evaluate.ts";
import type { RestrictionContext, SessionFacts } from "../../../../../daemons/postfix/restrictions/facts.ts";
import { replyText } from "../../../../../daemons/postfix/restrictions/verdict.ts";
import { quoteAddress } from "../../../../../mail/address.ts";
import type { Peer } from "../../../../../world/event.ts";
import type { ClientLink, SmtpSession } from "../../../smtp/session.ts";
import { fileReaderOf } from "../file-reader.ts";
import type { MailSystem } from "../mail-system.ts";
import { type MailFilters, openFilters } from "../milter-client.ts";
import type { Worker } from "../processes.ts";
import { ClientLimits } from "./client-limits.ts";
import { type ClientName, nameClient } from "./client-name.ts";
import { type CommandHandler, commandTable } from "./commands.ts";
import { type Answer, bad, type Conversation, good } from "./conversation.ts";
import { CommandCounters } from "./counters.ts";
import type { DovecotAuth } from "./dovecot-auth.ts";
import { sessionLookups } from "./lookups.ts";
import { Transcript } from "./postmaster-notice.ts";
import { withFooter } from "./reject-footer.ts";
import { offered, type SaslSession, wantsSasl } from "./sasl-session.ts";
import type { SmtpdServer } from "./service.ts";
import { type CommandToken, commandTokens, escaped } from "./tokens.ts";
import type { Transaction } from "./transaction.ts";

/** One client's session with smtpd(8): what was said so far, and the rules for what comes next. */
export class SmtpdSession implements SmtpSession, Conversation {
  readonly smtpd: SmtpdServer;
  readonly link: ClientLink;
  readonly system: MailSystem;
  readonly policy: PostfixPolicy;
  readonly worker: Worker;
  client: ClientName;
  filters: MailFilters | undefined;
  heloName: string | undefined;
  protocol: "SMTP" | "ESMTP" = "SMTP";
  /** The message being handed over; undefined outside MAIL ... end of message. */
  transaction: Transaction | undefined;
  /** A chunk was refused: what belongs to it is refused too, up to its LAST or a fresh start. */
  chunkRefused = false;
  sasl: SaslSession | undefined;
  forwarded: Readonly<Record<string, string>> | undefined;
  /** The last command that was recognised, as log lines name it. */
  where = "CONNECT";
  readonly #counters = new CommandCounters();
  readonly #limits: ClientLimits;
  #errors = 0;
  #junkCommands = 0;
  #aheadReported = false;
  #accessDenied: string | undefined;
  #connected = false;
  #over = false;
  /** Why the conversation broke off, when it did. */
  broken: "lost connection" | "timeout" | undefined;

  readonly #restrictions: RestrictionContext;
  readonly transcript = new Transcript();

  constructor(smtpd: SmtpdServer, link: ClientLink) {
    this.smtpd = smtpd;
    this.link = link;
    this.system = smtpd.system;
    this.policy = smtpd.service.policy;
    this.#restrictions = { ...smtpd.restrictions, lookups: sessionLookups(this) };
    this.worker = this.system.processes.take(`${smtpd.service.name}/inet`, "smtpd");
    this.#limits = new ClientLimits(this, smtpd);
    this.client = {
      name: "unknown",
      nameStatus: "permanent",
      reverseName: "unknown",
      reverseNameStatus: "permanent",
      address: link.remoteAddress,
      port: link.remotePort,
      warnings: [],
    };
  }

  get peer(): Peer {
    return { name: this.client.name, address: this.client.address };
  }

  get peerText(): string {
    return `${this.client.name}[${this.client.address}]`;
  }

  // ---- the conversation

  async begin(): Promise<void> {
    this.link.setIdleTimeout(this.policy.timeMs("smtpd_timeout"));
    await delay(this.system.machine.clock, this.worker.startMs);
    this.#tellTableProblems();
    this.client = await nameClient(this.system.dns, this.link.remoteAddress, this.link.remotePort);
    for (const warning of this.client.warnings) this.warn(warning);
    this.system.log.write(this.worker, { event: "connected", client: this.peer });
    this.#connected = true;
    if (!(await this.#offerSasl())) return;
    const tooMany = this.#limits.tooManyConnections();
    if (tooMany !== undefined) {
      this.#reply([tooMany.reply]);
      this.warn(tooMany.warning);
      this.#hangUp();
      return;
    }
    const denied = (await this.decide("connect")).reject;
    if (denied !== undefined) {
      this.#accessDenied = replyText(denied);
      this.logReject(this.#accessDenied);
      this.#errors += 1;
      this.#reply([this.#accessDenied]);
    } else {
      this.filters = await openFilters(this);
      this.#noteAhead("CONNECT");
      this.#reply([`220 ${this.policy.get("smtpd_banner")}`]);
    }
  }

  /** @returns false where the process ends, for want of a way to log in */
  async #offerSasl(): Promise<boolean> {
    if (!wantsSasl(this.policy)) return true;
    const process = await this.smtpd.authProcess(this.worker);
    if (typeof process === "string") this.warn(process);
    const mechanisms = typeof process === "string" ? [] : offered(process.mechanisms, this.policy);
    this.sasl = { mechanisms };
    if (mechanisms.length > 0) return true;
    await this.#die("no SASL authentication mechanisms");
    return false;
  }

  /** msg_fatal(3): the process says why, waits for a second, and ends. */
  async #die(text: string): Promise<void> {
    this.#over = true;
    this.system.log.write(this.worker, { event: "remark", level: "fatal", text });
    await delay(this.system.machine.clock, 1000);
    this.link.end();
    this.worker.die();
    this.smtpd.died(this.worker);
  }

  async authProcess(): Promise<DovecotAuth | undefined> {
    const process = await this.smtpd.authProcess(this.worker);
    if (typeof process !== "string") return process;
    this.warn(process);
    return undefined;
  }

  get hidesAuth(): boolean {
    return this.#isOneOf("smtpd_sasl_exceptions_networks");
  }

  trusts(parameter: string): boolean {
    return this.#isOneOf(parameter);
  }

  comesFor(client: ClientName): void {
    this.client = client;
    this.heloName = undefined;
    this.protocol = "SMTP";
    this.forwarded = undefined;
  }

  #isOneOf(parameter: string): boolean {
    const listed = this.policy.list(parameter);
    if (listed.length === 0) return false;
    const hosts = openMatchList(parameter, listed, fileReaderOf(this.system.machine.files));
    return matchClient(hosts, this.client.name, this.client.address, false) === true;
  }

  say(line: string): void {
    this.#reply([line]);
  }

  async command(line: string): Promise<void> {
    if (this.#errors >= this.policy.int("smtpd_hard_error_limit")) {
      this.#reply([`421 4.7.0 ${this.policy.get("myhostname")} Error: too many errors`]);
      this.system.log.write(this.worker, { event: "connection-lost", why: "too many errors", stage: this.where, client: this.peer });
      this.#hangUp();
      return;
    }
    const heard = this.#shortened(line);
    this.transcript.client(heard);
    const answer = await this.#answer(heard);
    if (this.#over) return;
    await this.#slowDown();
    this.#reply(answer.lines);
    if (answer.bye === true) this.#hangUp();
  }

  timedOut(): void {
    if (this.#over) return;
    this.broken = "timeout";
    this.#reply([`421 4.4.2 ${this.policy.get("myhostname")} Error: timeout exceeded`]);
    if (this.transaction?.receiving !== true) {
      this.system.log.write(this.worker, { event: "connection-lost", why: "timeout", stage: this.where, client: this.peer });
      this.#finish();
    }
    this.link.end();
  }

  ended(): void {
    if (this.#over) return;
    this.broken ??= "lost connection";
    if (this.where !== "END-OF-MESSAGE" && this.transaction?.receiving !== true) {
      this.system.log.write(this.worker, { event: "connection-lost", why: "lost connection", stage: this.where, client: this.peer });
    }
    this.#finish();
  }

  /** The client went in the middle of a message; said before cleanup sees its end. */
  brokenOff(command: string, receivedBytes: number): void {
    const why = this.broken === "timeout" ? "timeout" : "lost connection";
    this.system.log.write(this.worker, { event: "connection-lost", why, stage: command, receivedBytes, client: this.peer });
  }

  /** After a broken-off message: nothing more is to be answered. */
  closeBroken(): void {
    this.#finish();
  }

  #hangUp(): void {
    this.#finish();
    this.link.end();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.transaction?.abandon();
    this.filters?.close();
    void this.transcript.report(this, this.broken);
    if (this.#connected) {
      this.system.log.write(this.worker, { event: "disconnected", client: this.peer, counts: this.#counters.shown() });
      this.#limits.disconnected();
    }
    this.worker.release();
  }

  #reply(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const shown = withFooter(this, this.policy.bool("soft_bounce") ? lines.map(softened) : lines);
    this.transcript.server(shown);
    this.link.reply(...shown);
  }

  /** Clients that make errors wait for every further reply. */
  async #slowDown(): Promise<void> {
    if (this.#errors < this.policy.int("smtpd_soft_error_limit")) return;
    const pauseMs = this.policy.timeMs("smtpd_error_sleep_time");
    if (pauseMs > 0) await delay(this.system.machine.clock, pauseMs);
  }

  // ---- one command

  async #answer(line: string): Promise<Answer> {
    if (this.policy.bool("smtputf8_enable") && !isUtf8(line)) return this.#error("500 5.5.2 Error: bad UTF-8 syntax");
    const tokens = commandTokens(line);
    const verb = tokens[0]?.text;
    if (verb === undefined || verb === "") return this.#error("500 5.5.2 Error: bad syntax");
    if (this.policy.list("smtpd_noop_commands").some((name) => name.toLowerCase() === verb.toLowerCase()))
      return this.#junk(good("250 2.0.0 Ok"));
    const handler = commandTable.get(verb.toLowerCase());
    this.#counters.came(handler?.name ?? "unknown");
    if (handler === undefined) {
      this.where = "UNKNOWN";
      if (this.#isForbidden(verb)) {
        this.warn(`non-SMTP command from ${this.peerText}: ${escaped(line.slice(0, 100))}`);
        return { lines: ["221 2.7.0 Error: I can break rules, too. Goodbye."], good: false, bye: true };
      }
    }
    if (this.#accessDenied !== undefined && handler?.name !== "quit")
      return this.#error(`503 5.7.0 Error: access denied for ${this.peerText}`);
    if (handler === undefined) return this.#error("500 5.5.2 Error: command not recognized");
    return this.#handle(handler, tokens);
  }

  async #handle(handler: CommandHandler, tokens: readonly CommandToken[]): Promise<Answer> {
    this.where = handler.name.toUpperCase();
    if (this.protocol !== "ESMTP" || handler.last) this.#noteAhead(this.where);
    const answer = await handler.run(this, tokens);
    if (answer.good) this.#counters.succeeded(handler.name);
    else this.#errors += 1;
    return handler.limited ? this.#junk(answer) : answer;
  }

  #junk(answer: Answer): Answer {
    if (this.#junkCommands++ > this.policy.int("smtpd_junk_command_limit")) this.#errors += 1;
    return answer;
  }

  #error(reply: string): Answer {
    this.#errors += 1;
    return bad(reply);
  }

  #isForbidden(verb: string): boolean {
    if (/^[\x21-\x39\x3b-\x7e]+:/.test(verb)) return true;
    return this.policy.list("smtpd_forbidden_commands").some((member) => {
      if (!member.includes(":")) return member.toLowerCase() === verb.toLowerCase();
      return typeof this.system.tables.table(member).lookup(verb) === "string";
    });
  }

  #shortened(line: string): string {
    const limit = this.policy.int("line_length_limit");
    if (line.length <= limit) return line;
    this.warn(`${this.peerText}: request longer than ${limit}: ${escaped(line.slice(0, 30))}...`);
    return line.slice(0, limit);
  }

  /** A process complains about tables when it opens them. */
  #tellTableProblems(): void {
    if (!this.worker.fresh) return;
    for (const { level, message } of this.system.tables.problems()) {
      this.system.log.write(this.worker, { event: "remark", level, text: message });
    }
  }

  /** A client that does not wait where it must (RFC 2920). Told once a session. */
  #noteAhead(stage: string): void {
    if (this.#aheadReported) return;
    const ahead = this.link.sentAhead();
    if (ahead === "") return;
    this.#aheadReported = true;
    this.system.log.info(this.worker, `improper command pipelining after ${stage} from ${this.peerText}: ${escaped(ahead.slice(0, 100))}`);
  }

  countRecipient(): boolean {
    return this.#limits.countRecipient();
  }

  countMessage(): boolean {
    return this.#limits.countMessage();
  }

  // ---- rules

  /** Evaluates the restrictions of a stage and logs what they warn about. */
  async decide(stage: Stage, recipient?: string): Promise<Decision> {
    const decision = await decide(this.#restrictions, this.#facts(recipient), stage);
    for (const warning of decision.warnings) this.warn(warning);
    if (decision.reject?.softwareFault === true) this.transcript.error("software");
    for (const spared of decision.spared) this.#logRefusal("reject_warning", replyText(spared), recipient);
    for (const act of decision.acts) this.#logAct(act.action, act.logText, recipient);
    return decision;
  }

  /** `NOQUEUE: discard: RCPT from ...: <x@y>: Sender address triggers DISCARD action; from=...` */
  #logAct(action: string, text: string, recipient: string | undefined): void {
    const { transaction, heloName, protocol } = this;
    const from = transaction === undefined ? "" : ` from=<${quoteAddress(transaction.sender)}>`;
    const to = recipient === undefined ? "" : ` to=<${quoteAddress(recipient)}>`;
    const helo = heloName === undefined ? "" : ` helo=<${heloName}>`;
    const head = `${transaction?.queueId ?? "NOQUEUE"}: ${action}: ${this.where} from ${this.peerText}`;
    this.system.log.info(this.worker, `${head}: ${text};${from}${to} proto=${protocol}${helo}`);
  }

  #facts(recipient: string | undefined): SessionFacts {
    const { transaction, client, heloName } = this;
    return {
      client,
      ...(heloName !== undefined && { helo: heloName }),
      ...(transaction !== undefined && { sender: transaction.sender }),
      ...(recipient !== undefined && { recipient }),
      ...(this.sasl?.login !== undefined && { saslUsername: this.sasl.login.username }),
      encrypted: false,
      unauthorisedPipelining: this.#aheadReported,
      recipientCount: transaction?.recipients.length ?? 0,
    };
  }

  warn(text: string): void {
    this.system.log.warning(this.worker, text);
  }

  /** `NOQUEUE: reject: RCPT from ...`. @param recipient the one in question */
  logReject(reply: string, recipient?: string, stage = this.where): void {
    this.#logRefusal("reject", reply, recipient, stage);
  }

  logMilterReject(reply: string, recipient?: string, stage = this.where): void {
    this.#logRefusal("milter-reject", reply, recipient, stage);
  }

  #logRefusal(by: "reject" | "milter-reject" | "reject_warning", reply: string, recipient: string | undefined, stage = this.where): void {
    const { transaction } = this;
    const to = recipient ?? transaction?.recipients[0]?.address;
    this.system.log.write(this.worker, {
      event: "rejected",
      ...(transaction?.queueId !== undefined && { queueId: transaction.queueId }),
      by,
      stage,
      client: this.peer,
      reply: this.policy.bool("soft_bounce") ? softened(reply) : reply,
      ...(transaction !== undefined && { from: quoteAddress(transaction.sender) }),
      ...(to !== undefined && { to: quoteAddress(to) }),
      protocol: this.protocol,
      ...(this.heloName !== undefined && { helo: this.heloName }),
    });
  }
}

/** `soft_bounce`: a permanent refusal becomes a temporary one. */
function softened(line: string): string {
  return line.replace(
    /^5(\d\d[ -])(?:5(\.\d+\.\d+))?/,
    (_, code: string, status: string | undefined) => `4${code}${status === undefined ? "" : `4${status}`}`,
  );
}

function isUtf8(line: string): boolean {
  if (/^[\x00-\x7f]*$/.test(line)) return true;
  return !Buffer.from(line, "latin1").toString("utf8").includes("\ufffd");
}
