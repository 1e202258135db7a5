import { isTroubled } from "../../../../daemons/postfix/tables/maps.ts";
import { quoteAddress } from "../../../../mail/address.ts";
import { mailDate } from "../../../../mail/message.ts";
import { FileError } from "../../files/file-tree.ts";
import { isBeyondAscii } from "./byte-text.ts";
import { fieldName, fieldValue, joinContent, splitContent } from "./cleanup/content.ts";
import { type CheckedHeader, type CheckedMessage, ContentChecks, messageFacts } from "./cleanup/content-checks.ts";
import { completeAddresses, holdsAddresses } from "./cleanup/header-addresses.ts";
import { boundaryOf, partHeaderFields } from "./cleanup/part-headers.ts";
import { expandAliases } from "./cleanup/virtual-aliases.ts";
import type { CleanupService, MailSystem } from "./mail-system.ts";
import { attributeOf, type Envelope, editableSize, type QueueRecipient, type StoredMessage, writeQueueFile } from "./queue-file.ts";
import type { CleanupResult, Submission } from "./submission.ts";

/** cleanup(8): puts a message in order and into the incoming queue. */
export class Cleanup implements CleanupService {
  readonly #system: MailSystem;

  constructor(system: MailSystem) {
    this.#system = system;
  }

  async accept(submission: Submission): Promise<CleanupResult> {
    const worker = this.#system.processes.take("cleanup/unix", "cleanup");
    try {
      return await new CleanupRun(this.#system, submission, worker).run();
    } finally {
      worker.release();
    }
  }

  /** The client broke off in the middle of a message: what cleanup had seen of it by then is in the log. */
  logUnfinished(queueId: string, content: Buffer): void {
    const { fields, body } = splitContent(content);
    if (body.length === 0) return;
    const worker = this.#system.processes.take("cleanup/unix", "cleanup");
    this.#system.log.write(worker, { event: "identified", queueId, messageId: messageIdOf(fields) });
    worker.release();
  }

  /** bounce(8) began a notification and found nobody who wants it (NOTIFY=NEVER). */
  logAbandoned(queueId: string): void {
    const worker = this.#system.processes.take("cleanup/unix", "cleanup");
    const messageId = newMessageId(this.#system, queueId, this.#system.machine.clock.now());
    this.#system.log.write(worker, { event: "identified", queueId, messageId });
    worker.release();
  }

  /** smtpd gave up on a message that grew too large. */
  logTooLarge(): void {
    const worker = this.#system.processes.take("cleanup/unix", "cleanup");
    this.#system.log.warning(worker, "mail_stream_cleanup: close error");
    worker.release();
  }

  /** A new message with the old one's content, as local(8) forwards it. @returns its queue id, or undefined */
  async forwardLocally(
    message: StoredMessage,
    recipient: QueueRecipient,
    addresses: readonly string[],
    content: Buffer,
  ): Promise<string | undefined> {
    const queueId = this.#system.newQueueId();
    const now = this.#system.machine.clock.now();
    const received = [`Received: by ${this.#system.policy.get("myhostname")} (Postfix)`, `\tid ${queueId}; ${mailDate(now)}`, ""].join(
      "\n",
    );
    const result = await this.accept({
      queueId,
      arrivedAtMs: message.arrivedAtMs,
      createdAtMs: now,
      attributes: [["rewrite_context", attributeOf(message, "rewrite_context") ?? "local"]],
      sender: message.sender,
      recipients: addresses.map((address) => ({
        address,
        original: recipient.original === "" ? recipient.address : recipient.original,
        dsnOriginal: recipient.dsnOriginal,
        notify: recipient.notify,
      })),
      content: Buffer.concat([Buffer.from(received, "latin1"), content]),
      local: true,
      expand: true,
    });
    return result.outcome === "failed" ? undefined : queueId;
  }
}

class CleanupRun {
  readonly #system: MailSystem;
  readonly #submission: Submission;
  readonly #author: { readonly name: string; readonly pid: number };

  constructor(system: MailSystem, submission: Submission, author: { readonly name: string; readonly pid: number }) {
    this.#system = system;
    this.#submission = submission;
    this.#author = author;
  }

  async run(): Promise<CleanupResult> {
    const { content, queueId, filter } = this.#submission;
    const split = splitContent(content);
    const arrived = this.#keptFields(split.fields);
    const checks = new ContentChecks(
      this.#system.tables,
      this.#facts(),
      (what) => this.#system.machine.notSimulated(what),
      (text) => this.#system.log.warning(this.#author, text),
    );
    const header = checks.header(arrived);
    const fields = [...header.fields, ...this.#missingFields(header.fields)];
    if (this.#tooManyHops(fields)) return { outcome: "failed", reply: "554 5.4.0 Error: too many hops" };
    this.#logHeader(arrived, fields, header, checks.message);
    const body = this.#checkedBody(checks, fields, split.body);
    const checked = checks.message;
    const recipients = this.#recipients(checked);
    if (typeof recipients === "string") return { outcome: "failed", reply: recipients };
    if (checked.rejected !== undefined) return { outcome: "failed", reply: `550 ${checked.rejected}` };
    if (checked.discard) return { outcome: "discarded", queueId };
    const head = { fields, body, separated: split.separated };
    // A redirected message passes no filter.
    const judging = checked.redirect === undefined ? filter : undefined;
    const verdict = (await judging?.judge(head, recipients, this.#author)) ?? { verdict: "accept" as const, content: head };
    if (verdict.verdict === "reject") return { outcome: "failed", reply: verdict.reply };
    if (verdict.verdict === "discard" || this.#submission.discard === true) return { outcome: "discarded", queueId };
    const held = verdict.verdict === "hold" || this.#submission.hold === true || checked.hold;
    // A filter's changes lie elsewhere in the queue file: the size is that of what came in.
    const sizeBytes =
      filter === undefined
        ? undefined
        : editableSize([...fields, ...partHeaderFields(fields, body)], joinContent(fields, body, split.separated));
    return this.#store(
      verdict.content,
      recipients,
      held ? "hold" : "incoming",
      sizeBytes,
      checked.filter ?? this.#submission.contentFilter,
    );
  }

  /** Fields that a message does not keep (`message_drop_headers`), and addresses of local mail completed. */
  #keptFields(fields: readonly string[]): readonly string[] {
    const dropped = new Set(this.#system.policy.list("message_drop_headers").map((name) => name.toLowerCase()));
    const kept = fields.filter((field) => !dropped.has(fieldName(field)));
    if (!this.#submission.local) return kept;
    const origin = this.#system.tables.addresses.origin;
    return kept.map((field) => (holdsAddresses(fieldName(field)) ? completeAddresses(field, origin) : field));
  }

  /** Local mail gets a Message-Id, a Date and a From where it has none (`local_header_rewrite_clients`). */
  #missingFields(fields: readonly string[]): readonly string[] {
    const { policy } = this.#system;
    if (!this.#submission.local && !policy.bool("always_add_missing_headers")) return [];
    const names = new Set(fields.map(fieldName));
    const { queueId, createdAtMs, arrivedAtMs, sender, senderFullName } = this.#submission;
    const missing: string[] = [];
    if (!names.has("message-id")) {
      missing.push(`Message-Id: ${newMessageId(this.#system, queueId, createdAtMs)}`);
    }
    if (!names.has("date")) missing.push(`Date: ${mailDate(arrivedAtMs)}`);
    if (!names.has("from")) {
      const address =
        sender === "" ? `MAILER-DAEMON@${this.#system.tables.addresses.origin}` : this.#system.tables.addresses.rewrite(sender);
      missing.push(senderFullName === undefined || senderFullName === "" ? `From: ${address}` : `From: ${senderFullName} <${address}>`);
    }
    return missing;
  }

  /** The message id, and what header checks remark, in the order of the fields; a refused or discarded message is not read on. */
  #logHeader(
    arrived: readonly string[],
    fields: readonly string[],
    { remarks }: CheckedHeader,
    { rejected, discard }: CheckedMessage,
  ): void {
    const { queueId } = this.#submission;
    const at = arrived.findIndex((field) => fieldName(field) === "message-id");
    const isBefore = (remark: CheckedHeader["remarks"][number]): boolean => at === -1 || remark.field < at;
    const remark = ({ text }: CheckedHeader["remarks"][number]): void => this.#system.log.info(this.#author, `${queueId}: ${text}`);
    for (const each of remarks.filter(isBefore)) remark(each);
    const readOn = (rejected === undefined && !discard) || remarks.some((each) => !isBefore(each));
    if (readOn) this.#system.log.write(this.#author, { event: "identified", queueId, messageId: messageIdOf(fields) });
    for (const each of remarks.filter((each) => !isBefore(each))) remark(each);
  }

  /** The body as `body_checks` leave it. */
  #checkedBody(checks: ContentChecks, fields: readonly string[], body: Buffer): Buffer {
    const { rejected, discard } = checks.message;
    if (rejected !== undefined || discard || this.#system.policy.list("body_checks").length === 0) return body;
    const { queueId } = this.#submission;
    return checks.body(body, boundaryOf(fields), (text) => this.#system.log.info(this.#author, `${queueId}: ${text}`));
  }

  /** Who sent it and for whom, as log lines about its content end. */
  #facts(): string {
    const { attributes, sender, recipients } = this.#submission;
    return messageFacts((name) => attributes.find(([key]) => key === name)?.[1], sender, recipients.at(-1)?.address);
  }

  #tooManyHops(fields: readonly string[]): boolean {
    const hops = fields.filter((field) => fieldName(field) === "received").length;
    if (hops < this.#system.policy.int("hopcount_limit")) return false;
    this.#system.log.warning(this.#author, `${this.#submission.queueId}: message rejected: hopcount exceeded`);
    return true;
  }

  /** Completed, expanded through virtual aliases, each address once; or the reply that refuses the message. */
  #recipients({ redirect, bcc }: CheckedMessage): readonly QueueRecipient[] | string {
    const { rewrite } = this.#system.tables.addresses;
    const all: QueueRecipient[] = [];
    const seen = new Set<string>();
    const add = (recipient: Submission["recipients"][number], address: string): void => {
      const key = `${address.toLowerCase()}\n${recipient.address.toLowerCase()}`;
      if (seen.has(key)) return;
      seen.add(key);
      const dsnOriginal = recipient.dsnOriginal === "" ? typedAddress(rewrite(recipient.address)) : recipient.dsnOriginal;
      all.push({
        address,
        original: recipient.original ?? recipient.address,
        offset: 0,
        done: false,
        dsnOriginal,
        notify: recipient.notify,
      });
    };
    for (const recipient of this.#submission.recipients) {
      const completed = rewrite(recipient.address);
      const expanded = this.#submission.expand ? expandAliases(this.#system, completed) : [completed];
      if ("fault" in expanded) {
        const what = expanded.fault === "nesting" ? "nesting" : "expansion size";
        const text = `unreasonable virtual_alias_maps map ${what} for ${completed} -- message not accepted, try again later`;
        this.#system.log.warning(this.#author, `${this.#submission.queueId}: ${text}`);
        return "451 4.6.0 Alias expansion error";
      }
      if (isTroubled(expanded)) {
        for (const warning of expanded.warnings) this.#system.log.warning(this.#author, warning);
        const { queueId } = this.#submission;
        const text = `${queueId}: virtual_alias_maps map lookup problem for ${completed} -- message not accepted, try again later`;
        this.#system.log.warning(this.#author, text);
        return "451 4.3.0 Error: queue file write error";
      }
      for (const address of expanded) add(recipient, address);
    }
    if (redirect !== undefined) return redirected(all, rewrite(redirect));
    const always = this.#system.policy.get("always_bcc");
    for (const copy of [...bcc, always]) if (copy !== "") add({ address: copy, dsnOriginal: "", notify: 1 }, rewrite(copy));
    return all;
  }

  #needsUtf8(fields: readonly string[], recipients: readonly QueueRecipient[]): boolean {
    const { utf8, detectUtf8, sender } = this.#submission;
    if (utf8 === true || detectUtf8 !== true) return utf8 === true;
    return [sender, ...recipients.map((recipient) => recipient.address), ...fields].some(isBeyondAscii);
  }

  #store(
    head: { readonly fields: readonly string[]; readonly body: Buffer; readonly separated: boolean },
    recipients: readonly QueueRecipient[],
    queue: "incoming" | "hold",
    sizeBytes: number | undefined,
    contentFilter: string | undefined,
  ): CleanupResult {
    const { queueId, attributes, arrivedAtMs, createdAtMs, sender, senderFullName } = this.#submission;
    if (!this.#system.running) return { outcome: "failed", reply: "451 4.3.0 Error: queue file write error" };
    const warnAfterMs = this.#system.policy.timeMs("delay_warning_time");
    const envelope: Envelope = {
      arrivedAtMs,
      createdAtMs,
      attributes,
      ...(senderFullName !== undefined && { senderFullName }),
      sender: sender === "" ? "" : this.#system.tables.addresses.rewrite(sender),
      ...(warnAfterMs > 0 && sender !== "" && { warnAtMs: arrivedAtMs + warnAfterMs }),
      recipients,
      utf8: this.#needsUtf8(head.fields, recipients),
      ...(contentFilter !== undefined && { contentFilter }),
    };
    try {
      this.#system.queue.put(queue, queueId, writeQueueFile(envelope, joinContent(head.fields, head.body, head.separated), sizeBytes));
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== "ENOSPC") throw error;
      this.#system.log.warning(this.#author, `${queueId}: write queue file: No space left on device`);
      return { outcome: "failed", reply: "452 4.3.1 Insufficient system storage" };
    }
    if (queue === "incoming") this.#system.newMail();
    return { outcome: "queued", queueId };
  }
}

/** One recipient in place of all (REDIRECT); the first one's history stays. */
function redirected([first]: readonly QueueRecipient[], address: string): readonly QueueRecipient[] {
  return first === undefined ? [] : [{ ...first, address }];
}

function messageIdOf(fields: readonly string[]): string {
  const field = fields.find((each) => fieldName(each) === "message-id");
  return field === undefined ? "<>" : fieldValue(field).replaceAll("\n", " ").trim();
}

/** `rfc822;alice@meadow.example`, as ORCPT names a recipient. */
function typedAddress(address: string): string {
  return `${isBeyondAscii(address) ? "utf-8" : "rfc822"};${quoteAddress(address)}`;
}

/** `<20261124040754.91A5A1901A6@mail.brook.example>` */
function newMessageId(system: MailSystem, queueId: string, atMs: number): string {
  const stamp = new Date(atMs).toISOString().slice(0, 19).replace(/[-T:]/g, "");
  return `<${stamp}.${queueId}@${system.policy.get("myhostname")}>`;
}
