import type { PostfixPolicy } from "../../../../../daemons/postfix/policy.ts";
import type { Peer } from "../../../../../world/event.ts";
import type { ClientLink } from "../../../smtp/session.ts";
import type { MailSystem } from "../mail-system.ts";
import type { Worker } from "../processes.ts";
import type { MessageFilter } from "../submission.ts";
import type { ClientName } from "./client-name.ts";

/** The message being handed over, as policy services and mail filters are told of it. */
export interface IncomingMessage {
  readonly sender: string;
  /** Given with the first recipient that is accepted. */
  readonly queueId: string | undefined;
  /** `sizeBytes` is what the client announced (SIZE), 0 where it did not. */
  readonly parameters: { readonly sizeBytes: number; readonly saslSender?: string };
}

/** The session's mail filters, as a message takes them along to cleanup(8). */
export interface MessageFilters {
  ofMessage(message: IncomingMessage): MessageFilter;
}

/** Who has logged in, and by which mechanism. */
export interface SaslLogin {
  readonly method: string;
  readonly username: string;
}

/** One client's session as smtpd's parts see it: who the client is, what it has said so far, and where to complain. */
export interface ClientSession {
  readonly system: MailSystem;
  /** The service's own: main.cf and the `-o` of its line in master.cf. */
  readonly policy: PostfixPolicy;
  readonly worker: Worker;
  readonly link: ClientLink;
  readonly client: ClientName;
  /** The client as log lines name it. */
  readonly peer: Peer;
  /** `mail.brook.example[203.0.113.25]` */
  readonly peerText: string;
  readonly heloName: string | undefined;
  readonly protocol: "SMTP" | "ESMTP";
  /** The last command that was recognised, as log lines name it. */
  readonly where: string;
  /** The message being handed over; undefined outside MAIL ... end of message. */
  readonly transaction: IncomingMessage | undefined;
  /** undefined where no filters are wanted. */
  readonly filters: MessageFilters | undefined;
  readonly forwarded: Readonly<Record<string, string>> | undefined;
  /** undefined where nobody may log in. */
  readonly sasl: { readonly login?: SaslLogin } | undefined;
  warn(text: string): void;
  /** `NOQUEUE: milter-reject: RCPT from ...`. @param recipient the one in question */
  logMilterReject(reply: string, recipient?: string): void;
}
