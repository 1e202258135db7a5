import { bounceMessage, type NotificationKind } from "../../../../daemons/postfix/bounce-message.ts";
import { mailDate } from "../../../../mail/message.ts";
import type { Notified } from "../../../../world/event.ts";
import { type LoggedFailure, logEntry, readLog } from "./bounce-log.ts";
import { bytesOf, textOf } from "./byte-text.ts";
import type { BounceService, MailSystem } from "./mail-system.ts";
import type { Outcome } from "./outcome.ts";
import type { Worker } from "./processes.ts";
import { attributeOf, contentOf, type StoredMessage } from "./queue-file.ts";

/** NOTIFY's bits. */
const notifyNever = 1;
const notifySuccess = 2;
const notifyFailure = 4;
const notifyDelay = 8;

type Log = "bounce" | "defer" | "trace";

/** What each kind of notification is wanted for, which service sends it, and what the log calls it. */
const kinds = {
  failure: { wanted: notifyFailure, service: "bounce/unix", notification: "sender non-delivery" },
  delay: { wanted: notifyDelay, service: "defer/unix", notification: "sender delay" },
  success: { wanted: notifySuccess, service: "trace/unix", notification: "sender delivery status" },
} as const satisfies Record<
  NotificationKind,
  { readonly wanted: number; readonly service: string; readonly notification: Notified["notification"] }
>;

/** bounce(8), which is also defer(8): keeps a log for each message in trouble, and tells the sender. */
export class Bounce implements BounceService {
  readonly #system: MailSystem;

  constructor(system: MailSystem) {
    this.#system = system;
  }

  /** Notes one recipient's failure or delay in the message's log. */
  append(queueId: string, outcome: Outcome): void {
    const { queue } = this.#system;
    queue.files.append(queue.path(outcome.status === "bounced" ? "bounce" : "defer", queueId), textOf(logEntry(outcome)));
  }

  /** Notes a delivery that the sender asked to be told of (NOTIFY=SUCCESS). */
  trace(queueId: string, outcome: Outcome, relay: string): void {
    if ((outcome.recipient.notify & notifySuccess) === 0) return;
    const { queue } = this.#system;
    const action = outcome.reply === undefined ? "delivered" : "relayed";
    const text = `delivery via ${relay}: ${outcome.text}`;
    queue.files.append(queue.path("trace", queueId), textOf(logEntry({ ...outcome, text }, action)));
  }

  /** Tells the sender of the deliveries that were to be told of. */
  async flushTrace(queueId: string, message: StoredMessage): Promise<void> {
    const delivered = this.#read("trace", queueId);
    if (delivered.length === 0) return;
    await this.#notify(queueId, message, delivered, "success");
    this.#system.queue.remove("trace", queueId);
  }

  /** Why the recipients of a deferred message wait, as `postqueue` shows it. */
  delayed(queueId: string): readonly LoggedFailure[] {
    return this.#read("defer", queueId);
  }

  /** A new attempt begins: what the last one logged is history. */
  forgetDelays(queueId: string): void {
    this.#system.queue.remove("defer", queueId);
  }

  forget(queueId: string): void {
    this.#system.queue.remove("defer", queueId);
    this.#system.queue.remove("bounce", queueId);
    this.#system.queue.remove("trace", queueId);
  }

  /** Returns the message to its sender for the recipients that failed for good, if there are any. */
  async flushFailed(queueId: string, message: StoredMessage): Promise<void> {
    const failures = this.#read("bounce", queueId);
    if (failures.length === 0) return;
    await this.#notify(queueId, message, failures, "failure");
    this.#system.queue.remove("bounce", queueId);
  }

  /** The message is too old: returns it for the recipients that still waited. */
  async flushExpired(queueId: string, message: StoredMessage): Promise<void> {
    const waited = this.#read("defer", queueId).map((entry) => ({ ...entry, action: "failed" as const }));
    await this.#notify(queueId, message, waited, "failure");
  }

  /** Tells the sender that the message is late. */
  async warnDelayed(queueId: string, message: StoredMessage): Promise<void> {
    await this.#notify(queueId, message, this.#read("defer", queueId), "delay");
  }

  #read(log: Log, queueId: string): readonly LoggedFailure[] {
    const { queue } = this.#system;
    return readLog(bytesOf(queue.files.read(queue.path(log, queueId)) ?? ""));
  }

  async #notify(queueId: string, message: StoredMessage, failures: readonly LoggedFailure[], kind: NotificationKind): Promise<void> {
    const { wanted, service, notification } = kinds[kind];
    const told = failures.filter(({ notify }) => notify === 0 || ((notify & wanted) !== 0 && (notify & notifyNever) === 0));
    const worker = this.#system.processes.take(service, "bounce");
    if (kind === "delay") this.#complainOfTemplate(worker);
    const tell = async (entries: readonly LoggedFailure[], what: Notified["notification"], copyTo?: string): Promise<void> => {
      if (entries.length === 0) return this.#system.cleanup.logAbandoned(this.#system.newQueueId());
      const id = await this.#post(queueId, message, entries, kind, copyTo);
      if (id !== undefined) this.#system.log.write(worker, { event: "notified", queueId, notification: what, notificationQueueId: id });
    };
    const { policy } = this.#system;
    const classes = policy.list("notify_classes");
    // A notification that cannot be delivered is told to the postmaster alone, and one to the postmaster to nobody.
    if (message.sender === this.#doubleBounceSender()) {
      // Nothing to tell.
    } else if (message.sender === "") {
      if (kind === "failure" && (classes.includes("bounce") || classes.includes("2bounce")))
        await tell(failures, "postmaster non-delivery", policy.get("2bounce_notice_recipient"));
    } else {
      await tell(told, notification);
      if (kind === "failure" && classes.includes("bounce"))
        await tell(failures, "postmaster non-delivery", policy.get("bounce_notice_recipient"));
      if (kind === "delay" && classes.includes("delay")) await tell(failures, "postmaster delay", policy.get("delay_notice_recipient"));
    }
    worker.release();
  }

  /** The delay template speaks of hours and days: less than one of them is none (bounce(5)). */
  #complainOfTemplate(worker: Worker): void {
    const units = [
      ["delay_warning_time", "hours", 3_600_000],
      ["maximal_queue_lifetime", "days", 86_400_000],
    ] as const;
    for (const [parameter, unit, unitMs] of units) {
      if (this.#system.policy.timeMs(parameter) >= unitMs) continue;
      const name = `"${parameter}_${unit}"`;
      this.#system.log.warning(worker, `[built-in]: zero result in delay template conversion of parameter ${name}`);
      this.#system.log.warning(worker, `please reduce time unit "${unit}" of ${name} in delay template`);
      this.#system.log.warning(worker, "for instructions see the bounce(5) manual");
    }
  }

  #doubleBounceSender(): string {
    const { policy } = this.#system;
    return `${policy.get("double_bounce_sender")}@${policy.get("myhostname")}`;
  }

  async #post(
    queueId: string,
    message: StoredMessage,
    failures: readonly LoggedFailure[],
    kind: NotificationKind,
    copyTo: string | undefined,
  ): Promise<string | undefined> {
    const { machine, policy } = this.#system;
    const id = this.#system.newQueueId();
    const now = machine.clock.now();
    const received = `Received: by ${policy.get("myhostname")} (Postfix)\n\tid ${id}; ${mailDate(now)}\n`;
    const text = bounceMessage({
      kind,
      myHostName: policy.get("myhostname"),
      queueId,
      sender: textOf(message.sender),
      arrivedAtMs: message.arrivedAtMs,
      nowMs: now,
      failures: failures.map(readable),
      original: contentOf(message, "\n"),
      ...(copyTo !== undefined && { copyTo }),
      headersOnly: (copyTo !== undefined && message.sender !== "") || attributeOf(message, "ret_flags") === "2",
      sizeLimitBytes: policy.sizeBytes("bounce_size_limit"),
      delayWarningMs: policy.timeMs("delay_warning_time"),
      utf8: policy.bool("smtputf8_enable"),
      smtpUtf8: message.utf8 === true,
      retryUntilMs: message.arrivedAtMs + policy.timeMs("maximal_queue_lifetime"),
      envelopeId: attributeOf(message, "envelope_id") ?? "",
    });
    const result = await this.#system.cleanup.accept({
      queueId: id,
      arrivedAtMs: now,
      createdAtMs: now,
      attributes: [["rewrite_context", "local"]],
      sender: copyTo === undefined ? "" : this.#doubleBounceSender(),
      recipients: [{ address: copyTo ?? message.sender, dsnOriginal: "", notify: 0 }],
      content: Buffer.concat([Buffer.from(received, "latin1"), text]),
      local: true,
      expand: true,
    });
    return result.outcome === "queued" ? id : undefined;
  }
}

/** An entry as text, for a message that people read. */
function readable(failure: LoggedFailure): LoggedFailure {
  const entries = Object.entries(failure).map(([name, value]) => [name, typeof value === "string" ? textOf(value) : value]);
  return Object.fromEntries(entries) as LoggedFailure;
}
