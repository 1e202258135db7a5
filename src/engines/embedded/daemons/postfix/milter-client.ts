import { quoteAddress, splitAddress } from "../../../../mail/address.ts";
import {
  MILTER_ACTIONS,
  MILTER_CHUNK_BYTES,
  MILTER_STEPS,
  type MilterCommand,
  type MilterReply,
  type MilterStage,
} from "../../../../mail/milter.ts";
import { fieldValue } from "./cleanup/content.ts";
import type { Author } from "./mail-log.ts";
import { MilterConnection, MilterFailure } from "./milter-connection.ts";
import { applyEdits, bodyForFilter, type FilteredContent } from "./milter-edits.ts";
import type { QueueRecipient } from "./queue-file.ts";
import type { ClientSession, IncomingMessage, MessageFilters } from "./smtpd/client-session.ts";
import type { FilterVerdict, MessageFilter } from "./submission.ts";

/** A filter's word at one command: the reply that refuses, or undefined. */
type Objection = string | undefined;

const unavailable: Readonly<Record<string, string>> = {
  tempfail: "451 4.7.1 Service unavailable - try again later",
  reject: "550 5.5.0 Service unavailable",
};

/** Opens the filters of `smtpd_milters` for a client. @returns undefined when there are none or none is wanted */
export async function openFilters(session: ClientSession): Promise<MailFilters | undefined> {
  const names = session.policy.list("smtpd_milters");
  if (names.length === 0 || names.every((name) => name === "")) return undefined;
  const filters = new MailFilters(session);
  await filters.open(names);
  return filters;
}

interface Filter {
  readonly connection: MilterConnection;
  /** SMFIP_*: steps that it does not want or does not answer. */
  readonly steps: number;
  /** It has said that it needs to see no more of this message. */
  accepted: boolean;
}

/** The milter side of smtpd(8) and cleanup(8): asks every filter in turn, at every step. */
export class MailFilters implements MessageFilters {
  readonly #session: ClientSession;
  #filters: Filter[] = [];
  /** What every command is answered with since a filter failed (`milter_default_action`). */
  #standing: Objection;
  #holdAll = false;

  constructor(session: ClientSession) {
    this.#session = session;
  }

  async open(names: readonly string[]): Promise<void> {
    const { policy, system, client } = this.#session;
    for (const name of names) {
      try {
        const connection = await MilterConnection.open(name, system.machine, system.dns, policy.timeMs("milter_connect_timeout"));
        this.#filters.push(await this.#negotiate(connection));
      } catch (error) {
        this.#fail(error);
      }
    }
    const family = client.address.includes(":") ? ("inet6" as const) : ("inet" as const);
    const connect = {
      command: "connect",
      hostName: client.name === "unknown" ? `[${client.address}]` : client.name,
      family,
      port: client.port,
      address: client.address,
    } as const;
    const objection = await this.#ask(
      "connect",
      "SMFIC_CONNECT",
      connect,
      this.#connectMacros(),
      MILTER_STEPS.noConnect,
      MILTER_STEPS.noReplyConnect,
    );
    if (objection !== undefined) this.#session.logMilterReject(objection);
  }

  async helo(name: string): Promise<void> {
    const objection = await this.#ask("helo", "SMFIC_HELO", { command: "helo", name }, {}, MILTER_STEPS.noHelo, MILTER_STEPS.noReplyHelo);
    // Only logged: the client is refused at MAIL (smtpd_delay_reject).
    if (objection !== undefined) this.#session.logMilterReject(objection);
  }

  async mail(sender: string): Promise<Objection> {
    for (const filter of this.#filters) filter.accepted = false;
    const macros = { "{mail_addr}": quoteAddress(sender), ...this.#macrosOf(sender, "mail") };
    const command = { command: "mail", parameters: [`<${quoteAddress(sender)}>`] } as const;
    return this.#logged(await this.#ask("mail", "SMFIC_MAIL", command, macros, MILTER_STEPS.noMail, MILTER_STEPS.noReplyMail));
  }

  async rcpt(recipient: string): Promise<Objection> {
    const macros = { ...this.#queueIdMacro(), "{rcpt_addr}": quoteAddress(recipient), ...this.#macrosOf(recipient, "rcpt") };
    const command = { command: "rcpt", parameters: [`<${quoteAddress(recipient)}>`] } as const;
    return this.#logged(await this.#ask("rcpt", "SMFIC_RCPT", command, macros, MILTER_STEPS.noRcpt, MILTER_STEPS.noReplyRcpt), recipient);
  }

  async data(): Promise<Objection> {
    return this.#logged(
      await this.#ask("data", "SMFIC_DATA", { command: "data" }, this.#queueIdMacro(), MILTER_STEPS.noData, MILTER_STEPS.noReplyData),
    );
  }

  abort(): void {
    for (const { connection } of this.#filters) connection.send({ command: "abort" });
  }

  close(): void {
    for (const { connection } of this.#filters) connection.close();
    this.#filters = [];
  }

  ofMessage(message: IncomingMessage): MessageFilter {
    return { judge: (content, recipients, author) => this.#judge(message, content, recipients, author) };
  }

  async #negotiate(connection: MilterConnection): Promise<Filter> {
    const actions = Object.entries(MILTER_ACTIONS).reduce((sum, [name, bit]) => (name === "setSymbolList" ? sum : sum | bit), 0);
    const steps = Object.values(MILTER_STEPS).reduce((sum, bit) => sum | bit, 0);
    connection.send({ command: "optneg", version: 6, actions, steps });
    const reply = await connection.reply("SMFIC_OPTNEG", this.#session.policy.timeMs("milter_command_timeout"));
    if (reply.reply !== "optneg")
      throw new MilterFailure(`milter ${connection.name}: unexpected reply ${reply.reply} in initial handshake`);
    return { connection, steps: reply.steps, accepted: false };
  }

  /** Asks every filter that wants to know. The first objection counts. */
  async #ask(
    stage: MilterStage,
    letter: string,
    command: MilterCommand,
    macros: Readonly<Record<string, string>>,
    unwanted: number,
    unanswered: number,
  ): Promise<Objection> {
    if (this.#standing !== undefined) return this.#standing;
    for (const filter of [...this.#filters]) {
      if (filter.accepted || (filter.steps & unwanted) !== 0) continue;
      try {
        filter.connection.send({ command: "macro", for: stage, macros }, command);
        if ((filter.steps & unanswered) !== 0) continue;
        const objection = this.#objection(
          filter,
          await filter.connection.reply(letter, this.#session.policy.timeMs("milter_command_timeout")),
        );
        if (objection !== undefined) return objection;
      } catch (error) {
        this.#filters = this.#filters.filter((each) => each !== filter);
        this.#fail(error);
        if (this.#standing !== undefined) return this.#standing;
      }
    }
    return undefined;
  }

  #objection(filter: Filter, reply: MilterReply): Objection {
    switch (reply.reply) {
      case "accept":
        filter.accepted = true;
        return undefined;
      case "reject":
        return "550 5.7.1 Command rejected";
      case "tempfail":
        return "451 4.7.1 Service unavailable - try again later";
      case "replycode":
        return reply.text.replaceAll("\r\n", " ");
      default:
        return undefined;
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof MilterFailure)) throw error;
    for (const text of [...error.before, error.message]) this.#session.warn(text);
    const action = this.#session.policy.get("milter_default_action");
    if (action === "quarantine") this.#holdAll = true;
    else if (action !== "accept") this.#standing ??= unavailable[action] ?? unavailable["tempfail"];
  }

  #logged(objection: Objection, recipient?: string): Objection {
    if (objection !== undefined) this.#session.logMilterReject(objection, recipient);
    return objection;
  }

  #connectMacros(): Readonly<Record<string, string>> {
    const { policy, link, client } = this.#session;
    const host = policy.get("myhostname");
    const clientText = `${client.name} [${client.address}]`;
    return {
      j: host,
      "{daemon_name}": host,
      "{daemon_addr}": link.localAddress,
      v: `${policy.get("mail_name")} ${policy.get("mail_version")}`,
      _: clientText,
    };
  }

  #queueIdMacro(): Readonly<Record<string, string>> {
    const queueId = this.#session.transaction?.queueId;
    return queueId === undefined ? {} : { i: queueId };
  }

  /** `{rcpt_mailer}` and `{rcpt_host}`: where mail for the address goes. */
  #macrosOf(address: string, prefix: "mail" | "rcpt"): Readonly<Record<string, string>> {
    const { addresses } = this.#session.system.tables;
    const resolved = addresses.resolve(addresses.rewrite(address));
    if ("warnings" in resolved) return {};
    return { [`{${prefix}_mailer}`]: resolved.transport, [`{${prefix}_host}`]: resolved.nexthop || (splitAddress(address).domain ?? "") };
  }

  // ---- the message

  async #judge(
    message: IncomingMessage,
    content: FilteredContent,
    recipients: readonly QueueRecipient[],
    author: Author,
  ): Promise<FilterVerdict> {
    const { system } = this.#session;
    let current = content;
    let hold = this.#holdAll;
    for (const filter of [...this.#filters]) {
      if (filter.accepted) continue;
      try {
        const { replies, last } = await this.#showMessage(filter, message, current);
        current = applyEdits(current, replies);
        hold ||= replies.some((reply) => reply.reply === "quarantine");
        if (last.reply === "discard") return { verdict: "discard" };
        const objection = this.#objection(filter, last);
        filter.accepted = false;
        if (objection === undefined) continue;
        this.#logAtEnd(author, message, recipients, "milter-reject", objection.replace(/^\d{3} /, ""));
        return { verdict: "reject", reply: objection };
      } catch (error) {
        this.#filters = this.#filters.filter((each) => each !== filter);
        if (!(error instanceof MilterFailure)) throw error;
        system.log.warning(author, error.message);
        const action = this.#session.policy.get("milter_default_action");
        const reply = unavailable[action];
        if (reply === undefined) continue;
        this.#logAtEnd(author, message, recipients, "milter-reject", reply.replace(/^\d{3} /, ""));
        return { verdict: "reject", reply };
      }
    }
    if (!hold) return { verdict: "accept", content: current };
    this.#logAtEnd(author, message, recipients, "milter-hold", "milter triggers HOLD action");
    return { verdict: "hold", content: current };
  }

  /** Header, body, end of message. @returns the changes that it asks for, and its final word */
  async #showMessage(
    filter: Filter,
    message: IncomingMessage,
    content: FilteredContent,
  ): Promise<{ readonly replies: readonly MilterReply[]; readonly last: MilterReply }> {
    const { connection, steps } = filter;
    const timeoutMs = this.#session.policy.timeMs("milter_content_timeout");
    const wants = (bit: number): boolean => (steps & bit) === 0;
    // Our own Received field is ours: filters do not see it.
    for (const field of wants(MILTER_STEPS.noHeaders) ? content.fields.slice(1) : []) {
      connection.send({ command: "header", name: field.slice(0, field.indexOf(":")), value: fieldValue(field) });
      const early = wants(MILTER_STEPS.noReplyHeader) ? await this.#early(connection, "SMFIC_HEADER", timeoutMs) : undefined;
      if (early !== undefined) return { replies: [], last: early };
    }
    if (wants(MILTER_STEPS.noEoh)) {
      connection.send({ command: "eoh" });
      const early = wants(MILTER_STEPS.noReplyEoh) ? await this.#early(connection, "SMFIC_EOH", timeoutMs) : undefined;
      if (early !== undefined) return { replies: [], last: early };
    }
    const body = wants(MILTER_STEPS.noBody) ? bodyForFilter(content) : Buffer.alloc(0);
    for (let at = 0; at < body.length; at += MILTER_CHUNK_BYTES) {
      connection.send({ command: "body", chunk: body.subarray(at, at + MILTER_CHUNK_BYTES) });
      const early = wants(MILTER_STEPS.noReplyBody) ? await this.#early(connection, "SMFIC_BODY", timeoutMs) : undefined;
      if (early?.reply === "skip") break;
      if (early !== undefined) return { replies: [], last: early };
    }
    const macros = message.queueId === undefined ? {} : { i: message.queueId };
    connection.send({ command: "macro", for: "eom", macros }, { command: "eom", chunk: new Uint8Array() });
    const replies: MilterReply[] = [];
    for (;;) {
      const reply = await connection.reply("SMFIC_BODYEOB", timeoutMs);
      if (finalReplies.has(reply.reply)) return { replies, last: reply };
      replies.push(reply);
    }
  }

  /** The answer to a step before the end, where it is more than `continue`. */
  async #early(connection: MilterConnection, letter: string, timeoutMs: number): Promise<MilterReply | undefined> {
    const reply = await connection.reply(letter, timeoutMs);
    return reply.reply === "continue" ? undefined : reply;
  }

  #logAtEnd(
    author: Author,
    message: IncomingMessage,
    recipients: readonly QueueRecipient[],
    by: "milter-reject" | "milter-hold",
    text: string,
  ): void {
    const { system, peer, protocol, heloName } = this.#session;
    const [first] = recipients;
    system.log.write(author, {
      event: "rejected",
      ...(message.queueId !== undefined && { queueId: message.queueId }),
      by,
      stage: "END-OF-MESSAGE",
      client: peer,
      reply: text,
      from: quoteAddress(message.sender),
      ...(first !== undefined && { to: quoteAddress(first.address) }),
      protocol,
      ...(heloName !== undefined && { helo: heloName }),
    });
  }
}

const finalReplies: ReadonlySet<string> = new Set([
  "accept",
  "continue",
  "reject",
  "tempfail",
  "discard",
  "replycode",
  "conn-fail",
  "shutdown",
]);
