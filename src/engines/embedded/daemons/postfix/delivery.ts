import { formatDelays } from "../../../../daemons/postfix/delay-format.ts";
import { quoteAddress } from "../../../../mail/address.ts";
import type { DeliveryStatus } from "../../../../world/event.ts";
import type { MailSystem } from "./mail-system.ts";
import type { Outcome, Report } from "./outcome.ts";
import type { Worker } from "./processes.ts";
import type { QueueRecipient, StoredMessage } from "./queue-file.ts";

/** What the queue manager hands to a delivery agent: one message, one next hop, some recipients. */
export interface DeliveryRequest {
  readonly queueId: string;
  readonly message: StoredMessage;
  /** The service of master.cf: `smtp`, `relay`, `virtual`. */
  readonly transport: string;
  readonly nexthop: string;
  readonly recipients: readonly QueueRecipient[];
  /** When the message entered the active queue, and when it was handed over. */
  readonly activeAtMs: number;
  readonly handedOverAtMs: number;
  /** More mail for the same destination is under way: keep the connection (`smtp_connection_cache_on_demand`). */
  readonly keepConnection: boolean;
}

/** One delivery under way: the agent reports each recipient's fate once; the log lines and the bounce log follow from that. */
export class Delivery {
  readonly request: DeliveryRequest;
  readonly worker: Worker;
  readonly outcomes: Outcome[] = [];
  /** Set when the destination as a whole is in trouble. */
  hopTrouble: { readonly dsn: string; readonly text: string } | undefined;
  readonly #system: MailSystem;
  #setUpAtMs: number | undefined;
  #doneAtMs: number | undefined;

  constructor(system: MailSystem, request: DeliveryRequest, worker: Worker) {
    this.#system = system;
    this.request = request;
    this.worker = worker;
  }

  /** The connection stands and the server has said hello: the third of the four delays ends here. */
  setUp(): void {
    this.#setUpAtMs = this.#system.machine.clock.now();
  }

  /** Every recipient without an outcome yet. */
  pending(): readonly QueueRecipient[] {
    const judged = new Set(this.outcomes.map((outcome) => outcome.recipient));
    return this.request.recipients.filter((recipient) => !judged.has(recipient));
  }

  sent(recipient: QueueRecipient, report: Report): void {
    this.#conclude(recipient, "sent", report);
  }

  /** `soft_bounce`: what would bounce is tried again. */
  get softBounce(): boolean {
    return this.#system.policy.bool("soft_bounce");
  }

  /** A temporary failure: the message is tried again. */
  deferred(recipient: QueueRecipient, report: Report): void {
    this.#conclude(recipient, "deferred", report);
  }

  /** A permanent failure: the sender is told. `soft_bounce` makes it temporary. */
  bounced(recipient: QueueRecipient, report: Report): void {
    if (this.softBounce) this.#conclude(recipient, "deferred", { ...report, dsn: `4${report.dsn.slice(1)}` }, "SOFTBOUNCE");
    else this.#conclude(recipient, "bounced", report);
  }

  /** Deferred or bounced, as the status code's class says. */
  failed(recipient: QueueRecipient, report: Report): void {
    if (report.dsn.startsWith("5")) this.bounced(recipient, report);
    else this.deferred(recipient, report);
  }

  /** A line about this message that concludes nothing. */
  note(text: string): void {
    if (!this.#system.running) return;
    this.#system.log.info(this.worker, `${this.request.queueId}: ${text}`);
  }

  /** A line of the agent that names no message. */
  remark(text: string): void {
    if (this.#system.running) this.#system.log.info(this.worker, text);
  }

  warn(text: string): void {
    if (!this.#system.running) return;
    this.#system.log.warning(this.worker, text);
  }

  #conclude(recipient: QueueRecipient, status: Outcome["status"], report: Report, shown: DeliveryStatus = status): void {
    if (!this.#system.running) return;
    const { queueId } = this.request;
    const { reply, remoteHost, dsn, text } = report;
    const outcome: Outcome = {
      recipient,
      status,
      dsn,
      text,
      ...(reply !== undefined && { reply }),
      ...(remoteHost !== undefined && { remoteHost }),
    };
    this.outcomes.push(outcome);
    const rewritten = recipient.original !== "" && recipient.original.toLowerCase() !== recipient.address.toLowerCase();
    const [delay, delays] = this.#delays();
    this.#system.log.write(this.worker, {
      event: "delivery",
      queueId,
      to: quoteAddress(recipient.address),
      ...(rewritten && { originalTo: quoteAddress(recipient.original) }),
      relay: report.relay,
      ...(report.connectionUse !== undefined && report.connectionUse > 1 && { connectionUse: report.connectionUse }),
      delay,
      delays,
      dsn,
      status: shown,
      reply: text,
    });
    if (status !== "sent") this.#system.bounce.append(queueId, outcome);
    else if (report.reportsItself !== true) this.#system.bounce.trace(queueId, outcome, report.relay);
  }

  #delays(): readonly [string, string] {
    const { message, activeAtMs, handedOverAtMs } = this.request;
    const doneAtMs = this.#doneAtMs ?? this.#system.machine.clock.now();
    const setUpAtMs = this.#setUpAtMs ?? handedOverAtMs;
    return formatDelays({
      totalMs: doneAtMs - message.arrivedAtMs,
      beforeQueueManagerMs: activeAtMs - message.arrivedAtMs,
      queueManagerMs: handedOverAtMs - activeAtMs,
      setUpMs: setUpAtMs - handedOverAtMs,
      transmissionMs: doneAtMs - setUpAtMs,
    });
  }
}
