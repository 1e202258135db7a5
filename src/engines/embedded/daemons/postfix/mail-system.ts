import type { PostfixPolicy } from "../../../../daemons/postfix/policy.ts";
import type { StubResolver } from "../../dns/stub-resolver.ts";
import type { Machine } from "../../machine.ts";
import type { MailLog } from "./mail-log.ts";
import type { Outcome } from "./outcome.ts";
import type { Processes } from "./processes.ts";
import type { Queue } from "./queue.ts";
import type { QueueRecipient, StoredMessage } from "./queue-file.ts";
import type { SessionCache } from "./smtp-client/session-cache.ts";
import type { CleanupResult, Submission } from "./submission.ts";
import type { Tables } from "./tables.ts";

/** What the cooperating programs of one running Postfix share: the host, the settings, the queue, the log and each other. */
export interface MailSystem {
  readonly machine: Machine;
  /** False once Postfix has ended: what is still under way then comes to nothing. */
  readonly running: boolean;
  /** main.cf and master.cf as they were when Postfix started or was reloaded last. */
  readonly policy: PostfixPolicy;
  readonly tables: Tables;
  readonly log: MailLog;
  readonly processes: Processes;
  readonly queue: Queue;
  readonly dns: StubResolver;
  readonly cleanup: CleanupService;
  readonly bounce: BounceService;
  readonly sessions: SessionCache;
  newQueueId(): string;
  /** A unique name for a file in a Maildir: `1795493274.V9fI190392M889144.mail.brook.example`. */
  newMaildirName(): string;
  /** A new message stands in `incoming`. */
  newMail(): void;
  /** ETRN and `postqueue -s`: mail for a domain is tried now. */
  flushDomain(domain: string): void;
  /** The policy of one delivery service's processes, its `-o` applied; main.cf's where master.cf has no such service. */
  policyOf(service: string): PostfixPolicy;
  /** True for an address at which this Postfix receives mail (`inet_interfaces`, `proxy_interfaces`). */
  isOwnAddress(address: string): boolean;
}

/** What the other programs ask of cleanup(8). */
export interface CleanupService {
  /** Takes in a message. */
  accept(submission: Submission): Promise<CleanupResult>;
  /** The client broke off in the middle of a message: what cleanup had seen of it by then is in the log. */
  logUnfinished(queueId: string, content: Buffer): void;
  /** bounce(8) began a notification and found nobody who wants it (NOTIFY=NEVER). */
  logAbandoned(queueId: string): void;
  /** smtpd gave up on a message that grew too large. */
  logTooLarge(): void;
  /** A new message with the old one's content, as local(8) forwards it. @returns its queue id, or undefined */
  forwardLocally(
    message: StoredMessage,
    recipient: QueueRecipient,
    addresses: readonly string[],
    content: Buffer,
  ): Promise<string | undefined>;
}

/** What the queue manager and the delivery agents ask of bounce(8), defer(8) and trace(8). */
export interface BounceService {
  /** Notes one recipient's failure or delay in the message's log. */
  append(queueId: string, outcome: Outcome): void;
  /** Notes a delivery that the sender asked to be told of (NOTIFY=SUCCESS). */
  trace(queueId: string, outcome: Outcome, relay: string): void;
  /** Tells the sender of the deliveries that were to be told of. */
  flushTrace(queueId: string, message: StoredMessage): Promise<void>;
  /** Returns the message to its sender for the recipients that failed for good, if there are any. */
  flushFailed(queueId: string, message: StoredMessage): Promise<void>;
  /** The message is too old: returns it for the recipients that still waited. */
  flushExpired(queueId: string, message: StoredMessage): Promise<void>;
  /** Tells the sender that the message is late. */
  warnDelayed(queueId: string, message: StoredMessage): Promise<void>;
  /** A new attempt begins: what the last one logged is history. */
  forgetDelays(queueId: string): void;
  /** The message leaves the queue, and its logs with it. */
  forget(queueId: string): void;
}
