import type { DaemonKind, HostKey } from "./world.ts";

/**
 * One structured fact out of a log. A daemon's dialect reads events from lines and writes lines from events
 * (law 2: `parse(format(e)) = e` at the dialect's precision), so a trace does not know which engine ran.
 */
export type Event =
  | Connected
  | Disconnected
  | ConnectionLost
  | Accepted
  | PickedUp
  | Identified
  | Queued
  | Delivery
  | Notified
  | Removed
  | Expired
  | Rejected
  | Saved
  | Scanned
  | LookedUp
  | ZoneLoaded
  | Lifecycle
  | Remark;

/** What every event knows about its line. */
export interface Origin {
  /** Milliseconds since the Unix epoch, at the log's precision (Postfix: whole seconds). */
  readonly atMs: number;
  /** The host as the line names it, or the key of the host whose log it is. */
  readonly host: HostKey;
  readonly daemon: DaemonKind;
  /** The program inside the daemon: `smtpd`, `qmgr`, `lmtp`, `named`, `rspamd_proxy`. */
  readonly process: string;
  readonly pid: number;
}

/** A client as a server sees it: `mail.brook.example[203.0.113.10]`; the name is `unknown` where it did not verify. */
export interface Peer {
  readonly name: string;
  readonly address: string;
}

/** `connect from NAME[ADDRESS]` */
export interface Connected extends Origin {
  readonly event: "connected";
  readonly client: Peer;
}

/** `disconnect from NAME[ADDRESS] ehlo=1 mail=1 ... commands=5`; counts as printed, in order: ["ehlo", "1"], ["rcpt", "0/1"]. */
export interface Disconnected extends Origin {
  readonly event: "disconnected";
  readonly client: Peer;
  readonly counts: readonly (readonly [string, string])[];
  /** Why, where the program says it (Dovecot: `Logged out (state=READY)`). */
  readonly reason?: string;
}

/** `lost connection after STAGE from NAME[ADDRESS]`, `timeout after STAGE ...`, `too many errors after STAGE ...` */
export interface ConnectionLost extends Origin {
  readonly event: "connection-lost";
  readonly why: "lost connection" | "timeout" | "too many errors";
  readonly stage: string;
  /** Bytes of message content received, where the program prints them. */
  readonly receivedBytes?: number;
  readonly client: Peer;
}

/** A message was taken in by SMTP: `QID: client=NAME[ADDRESS]` */
export interface Accepted extends Origin {
  readonly event: "accepted";
  readonly queueId: string;
  readonly client: Peer;
  readonly saslMethod?: string;
  readonly saslUsername?: string;
  /** Whom the client named as the author (`AUTH=` at MAIL). */
  readonly saslSender?: string;
  /** Of the mail system before a filter that passed the message on: its queue id there, and its client. */
  readonly originalQueueId?: string;
  readonly originalClient?: Peer;
}

/** A message was handed in on the host itself: `QID: uid=0 from=<...>`; after a requeue with ` orig_id=QID` of its former life. */
export interface PickedUp extends Origin {
  readonly event: "picked-up";
  readonly queueId: string;
  readonly uid: number;
  readonly from: string;
  readonly originalQueueId?: string;
}

/** `QID: message-id=<...>`; the id with its angle brackets, as printed. */
export interface Identified extends Origin {
  readonly event: "identified";
  readonly queueId: string;
  readonly messageId: string;
}

/** `QID: from=<...>, size=N, nrcpt=N (queue active)` */
export interface Queued extends Origin {
  readonly event: "queued";
  readonly queueId: string;
  readonly from: string;
  readonly sizeBytes: number;
  readonly recipients: number;
}

/** The outcome of one delivery attempt for one recipient. */
export interface Delivery extends Origin {
  readonly event: "delivery";
  readonly queueId: string;
  readonly to: string;
  readonly originalTo?: string;
  /** As printed: `mx1.meadow.example[203.0.113.19]:25`, `none`, `local`, `virtual`. */
  readonly relay: string;
  /** Deliveries on the same connection, printed from the second on. */
  readonly connectionUse?: number;
  /** Seconds as printed: `0.07`, `1.2`, `432000`. Text, because Postfix's rounding is part of the line. */
  readonly delay: string;
  readonly delays: string;
  readonly dsn: string;
  readonly status: DeliveryStatus;
  /** The text in the brackets, whole. */
  readonly reply: string;
}

/** `SOFTBOUNCE`: it would have bounced, but for `soft_bounce`. */
export type DeliveryStatus = "sent" | "deferred" | "bounced" | "SOFTBOUNCE" | "expired" | "undeliverable" | "deliverable";

/** `QID: sender non-delivery notification: NEWQID` and its likes. */
export interface Notified extends Origin {
  readonly event: "notified";
  readonly queueId: string;
  readonly notification: "sender non-delivery" | "sender delay" | "sender delivery status" | "postmaster non-delivery" | "postmaster delay";
  readonly notificationQueueId: string;
}

/** `QID: removed` */
export interface Removed extends Origin {
  readonly event: "removed";
  readonly queueId: string;
}

/** `QID: from=<...>, status=expired, returned to sender` */
export interface Expired extends Origin {
  readonly event: "expired";
  readonly queueId: string;
  readonly from: string;
  readonly forced: boolean;
}

/**
 * `NOQUEUE: reject: RCPT from NAME[ADDRESS]: 550 5.1.1 ...; from=<> to=<> proto=ESMTP helo=<>`, milter rejects included.
 * A header or body check puts its reply last: `QID: reject: header Subject: x from NAME[ADDRESS]; from=<> to=<> proto=ESMTP helo=<>: 5.7.1 No`.
 */
export interface Rejected extends Origin {
  readonly event: "rejected";
  /** Absent while no queue file exists (`NOQUEUE`). */
  readonly queueId?: string;
  readonly by: "reject" | "milter-reject" | "milter-hold" | "reject_warning" | "hold";
  /** `RCPT`, `MAIL`, `CONNECT`, `END-OF-MESSAGE`; `header Subject: x`, `body ...` for a check of the content. */
  readonly stage: string;
  readonly client: Peer;
  /** "" where the check says nothing. */
  readonly reply: string;
  readonly from?: string;
  readonly to?: string;
  readonly protocol?: string;
  readonly helo?: string;
}

/** The mailbox server's side of a final delivery: `msgid=<...>: saved mail to INBOX`, or why it was not. */
export interface Saved extends Origin {
  readonly event: "saved";
  readonly user: string;
  readonly session: string;
  readonly messageId: string;
  readonly folder: string;
  /** Why the save failed; absent when the mail was saved. */
  readonly failure?: string;
  /** Present when the mailbox could not even be opened. */
  readonly unopened?: true;
  /** Present when a Sieve script decided where to. */
  readonly by?: "sieve";
}

/** A filter's verdict on one message (`rspamd_task_write_log`). */
export interface Scanned extends Origin {
  readonly event: "scanned";
  readonly messageId: string;
  readonly queueId?: string;
  readonly clientAddress: string;
  readonly from?: string;
  readonly action: string;
  readonly score: number;
  readonly requiredScore: number;
  readonly symbols: readonly string[];
  /** The rest of the line as printed, so that the line can be written again. */
  readonly detail: string;
}

/** A name server's query log: `client @0x... 203.0.113.10#53211 (meadow.example): query: meadow.example IN MX + (203.0.113.17)` */
export interface LookedUp extends Origin {
  readonly event: "looked-up";
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly name: string;
  readonly type: string;
  readonly flags: string;
  readonly serverAddress: string;
}

/** `zone meadow.example/IN: loaded serial 2026112401`, or what stopped it. */
export interface ZoneLoaded extends Origin {
  readonly event: "zone-loaded";
  readonly zone: string;
  readonly serial?: number;
  readonly failure?: string;
}

/** A daemon started, reloaded or stopped. */
export interface Lifecycle extends Origin {
  readonly event: "lifecycle";
  readonly phase: "starting" | "ready" | "reloading" | "stopping" | "stopped";
  readonly text: string;
}

/** A line of the dialect that says something no other event carries: warnings, fatals, statistics. */
export interface Remark extends Origin {
  readonly event: "remark";
  readonly level: "info" | "warning" | "error" | "fatal" | "panic";
  /** Everything after the level mark. */
  readonly text: string;
  readonly queueId?: string;
  /** The user and session that the line belongs to, where it names them (Dovecot). */
  readonly user?: string;
  readonly session?: string;
}

/** One line of one log, as an engine hands it over. */
export interface LogLine {
  readonly host: HostKey;
  readonly daemon: DaemonKind;
  /** The log file's path on the host. */
  readonly path: string;
  readonly text: string;
  /** The range's clock when the line was written. */
  readonly atMs: number;
}
