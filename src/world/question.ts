import type { LogLine } from "./event.ts";
import type { HostKey } from "./world.ts";

/**
 * The few things that checks may ask a running range. Answers are facts about mail, never about which command was typed.
 * Asking leaves no trace: the embedded engine asks a fork, docker marks its probes and hides them.
 */
export type Question = SendQuestion | DialogueQuestion | ResolveQuestion | MailboxQuestion | QueueQuestion | FileQuestion;

/** What a question of each kind is answered with. */
export interface AnswerOf {
  readonly send: SendAnswer;
  readonly dialogue: DialogueAnswer;
  readonly resolve: ResolveAnswer;
  readonly mailbox: MailboxAnswer;
  readonly queue: QueueAnswer;
  readonly file: FileAnswer;
}

export type Answer = AnswerOf[keyof AnswerOf];

/** A message as a scenario describes it. */
export interface MailToSend {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** The whole message is padded with an attachment to about this size. */
  readonly sizeBytes?: number;
  /** Extra or replacing header fields, `Name: value`. */
  readonly headers?: readonly string[];
}

/** Send this mail from this host as its users do (sendmail), and say what became of it within the time. */
export interface SendQuestion {
  readonly ask: "send";
  readonly from: HostKey;
  readonly mail: MailToSend;
  /** On the range's clock. */
  readonly withinMs: number;
  /** Hosts whose daemons are down while the mail is under way; they come back only after the answer is given. */
  readonly whileDown: readonly HostKey[];
}

export interface SendAnswer {
  readonly ask: "send";
  readonly messageId: string;
  readonly recipients: readonly RecipientFate[];
}

export interface RecipientFate {
  readonly address: string;
  /** `waiting`: still in a queue when the time was over. */
  readonly fate: "delivered" | "bounced" | "waiting" | "rejected" | "vanished";
  /** Hosts that took the message in, in order, the sending host first. */
  readonly path: readonly HostKey[];
  /** Copies found in mailboxes. */
  readonly copies: number;
  /** When the last copy was stored; undefined where there is none. */
  readonly deliveredAtMs?: number;
  /** The last reply or status text, as logged. */
  readonly reply?: string;
  /** The log lines that say so, oldest first. */
  readonly lines: readonly LogLine[];
}

/** Hold this SMTP dialogue: connect from a host, send each line after the reply to the one before. */
export interface DialogueQuestion {
  readonly ask: "dialogue";
  readonly from: HostKey;
  readonly to: HostKey;
  readonly port: number;
  /** Lines without CRLF; after a 354 the text goes up to and with a line ".". */
  readonly send: readonly string[];
}

export interface DialogueAnswer {
  readonly ask: "dialogue";
  /** Undefined when connected; else `Connection refused`, `Connection timed out`, `No route to host`. */
  readonly failure?: string;
  /** The greeting first (`sent` undefined), then a reply for each line sent; whole replies, lines joined by \n. */
  readonly steps: readonly { readonly sent?: string; readonly reply: string }[];
}

/** Resolve a name from a host, by its own resolver or by a named server. */
export interface ResolveQuestion {
  readonly ask: "resolve";
  readonly from: HostKey;
  /** An address; undefined asks the host's own resolver. */
  readonly server?: string;
  readonly name: string;
  readonly type: string;
}

export interface ResolveAnswer {
  readonly ask: "resolve";
  readonly status: "NOERROR" | "NXDOMAIN" | "SERVFAIL" | "REFUSED" | "TIMEOUT";
  readonly authoritative: boolean;
  /** In presentation format: `10 mx1.meadow.example.` */
  readonly records: readonly { readonly name: string; readonly type: string; readonly ttlSeconds: number; readonly data: string }[];
}

/** List a user's mailbox. */
export interface MailboxQuestion {
  readonly ask: "mailbox";
  readonly host: HostKey;
  /** The full address. */
  readonly address: string;
}

export interface MailboxAnswer {
  readonly ask: "mailbox";
  readonly messages: readonly {
    readonly messageId: string;
    readonly from: string;
    readonly subject: string;
    readonly folder: string;
    readonly sizeBytes: number;
    /** Names in the Received fields' `by` clauses, the first hop first. */
    readonly via: readonly string[];
  }[];
  readonly quota?: { readonly usedBytes: number; readonly limitBytes: number };
}

/** Show a host's mail queue. */
export interface QueueQuestion {
  readonly ask: "queue";
  readonly host: HostKey;
}

export interface QueueAnswer {
  readonly ask: "queue";
  readonly entries: readonly {
    readonly queueId: string;
    readonly queue: "incoming" | "active" | "deferred" | "hold" | "corrupt";
    readonly from: string;
    readonly messageId?: string;
    readonly recipients: readonly { readonly address: string; readonly reason?: string }[];
  }[];
}

/** Read a file of a host. */
export interface FileQuestion {
  readonly ask: "file";
  readonly host: HostKey;
  readonly path: string;
}

export interface FileAnswer {
  readonly ask: "file";
  /** Undefined when there is no such file. */
  readonly text?: string;
}
