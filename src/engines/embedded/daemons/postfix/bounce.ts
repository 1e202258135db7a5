import { bounceMessage, type NotificationKind } from "../../../../daemons/postfix/bounce-message.ts";
import { mailDate } from "../../../../mail/message.ts";
import { type LoggedFailure, logEntry, readLog } from "./bounce-log.ts";
import type { Outcome } from "./delivery.ts";
import type { MailSystem } from "./mail-system.ts";
import { attributeOf, contentOf, type StoredMessage } from "./queue-file.ts";

/** NOTIFY's bits. */
const notifyNever = 1;
const notifyFailure = 4;
const notifyDelay = 8;

type Log = "bounce" | "defer";

/** bounce(8), which is also defer(8): keeps a log for each message in trouble, and tells the sender. */
export class BounceService {
  readonly #system: MailSystem;

  constructor(system: MailSystem) {
    this.#system = system;
  }

  /** Notes one recipient's failure or delay in the message's log. */
  append(queueId: string, outcome: Outcome): void {
    const { queue } = this.#system;
    queue.files.append(queue.path(outcome.status === "bounced" ? "bounce" : "defer", queueId), logEntry(outcome));
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
    await this.#notify(queueId, message, this.#read("defer", queueId), "failure");
  }

  /** Tells the sender that the message is late. */
  async warnDelayed(queueId: string, message: StoredMessage): Promise<void> {
    await this.#notify(queueId, message, this.#read("defer", queueId), "delay");
  }

  #read(log: Log, queueId: string): readonly LoggedFailure[] {
    const { queue } = this.#system;
    return readLog(queue.files.read(queue.path(log, queueId)) ?? "");
  }

  async #notify(queueId: string, message: StoredMessage, failures: readonly LoggedFailure[], kind: NotificationKind): Promise<void> {
    // Nobody is told about a notification that cannot be delivered, unless the postmaster asked for it (notify_classes).
    if (message.sender === "") return;
    const wanted = kind === "delay" ? notifyDelay : notifyFailure;
    const told = failures.filter(({ notify }) => notify === 0 || ((notify & wanted) !== 0 && (notify & notifyNever) === 0));
    if (told.length === 0) return;
    const worker = this.#system.processes.take(kind === "delay" ? "defer/unix" : "bounce/unix", "bounce");
    const id = await this.#post(queueId, message, told, kind);
    if (id !== undefined) {
      const notification = kind === "delay" ? "sender delay" : "sender non-delivery";
      this.#system.log.write(worker, { event: "notified", queueId, notification, notificationQueueId: id });
    }
    worker.release();
  }

  async #post(
    queueId: string,
    message: StoredMessage,
    failures: readonly LoggedFailure[],
    kind: NotificationKind,
  ): Promise<string | undefined> {
    const { machine, policy } = this.#system;
    const id = this.#system.newQueueId();
    const now = machine.clock.now();
    const received = `Received: by ${policy.get("myhostname")} (Postfix)\n\tid ${id}; ${mailDate(now)}\n`;
    const text = bounceMessage({
      kind,
      myHostName: policy.get("myhostname"),
      queueId,
      sender: message.sender,
      arrivedAtMs: message.arrivedAtMs,
      nowMs: now,
      failures,
      original: contentOf(message, "\n"),
      headersOnly: attributeOf(message, "ret_flags") === "2",
      sizeLimitBytes: policy.sizeBytes("bounce_size_limit"),
      delayWarningMs: policy.timeMs("delay_warning_time"),
      utf8: policy.bool("smtputf8_enable"),
      retryUntilMs: message.arrivedAtMs + policy.timeMs("maximal_queue_lifetime"),
      envelopeId: attributeOf(message, "envelope_id") ?? "",
    });
    const result = await this.#system.cleanup.accept({
      queueId: id,
      arrivedAtMs: now,
      createdAtMs: now,
      attributes: [["rewrite_context", "local"]],
      sender: "",
      recipients: [{ address: message.sender, dsnOriginal: "", notify: 0 }],
      content: Buffer.concat([Buffer.from(received, "latin1"), text]),
      local: true,
      expand: true,
    });
    return result.outcome === "queued" ? id : undefined;
  }
}
