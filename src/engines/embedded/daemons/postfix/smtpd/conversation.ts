import type { Decision, Stage } from "../../../../../daemons/postfix/restrictions/evaluate.ts";
import type { MailFilters } from "../milter-client.ts";
import type { ClientName } from "./client-name.ts";
import type { ClientSession } from "./client-session.ts";
import type { DovecotAuth } from "./dovecot-auth.ts";
import type { Transcript } from "./postmaster-notice.ts";
import type { SaslSession } from "./sasl-session.ts";
import type { Transaction } from "./transaction.ts";

/** What a command handler answers: the reply, and whether it counts as an error. */
export interface Answer {
  readonly lines: readonly string[];
  readonly good: boolean;
  /** The session ends after it. */
  readonly bye?: boolean;
}

/** A command done. @param lines the reply, without line ends */
export function good(...lines: readonly string[]): Answer {
  return { lines, good: true };
}

/** A command refused: it counts as an error. @param lines the reply, without line ends */
export function bad(...lines: readonly string[]): Answer {
  return { lines, good: false };
}

/** One client's session as the commands see it: what they change, and the rules that they ask. */
export interface Conversation extends ClientSession {
  heloName: string | undefined;
  protocol: "SMTP" | "ESMTP";
  where: string;
  transaction: Transaction | undefined;
  /** A chunk was refused: what belongs to it is refused too, up to its LAST or a fresh start. */
  chunkRefused: boolean;
  readonly filters: MailFilters | undefined;
  readonly transcript: Transcript;
  /** undefined where nobody may log in. */
  readonly sasl: SaslSession | undefined;
  /** What XFORWARD told of the client behind this one, by attribute name; it is told for one message. */
  forwarded: Readonly<Record<string, string>> | undefined;
  /** Whether the client is one of a list of hosts (`smtpd_authorized_xclient_hosts`). */
  trusts(parameter: string): boolean;
  /** The session is another client's now, and begins anew. */
  comesFor(client: ClientName): void;
  /** EHLO keeps quiet about AUTH (`smtpd_sasl_exceptions_networks`). */
  readonly hidesAuth: boolean;
  /** The auth process, connected; undefined when it cannot be had, which is logged. */
  authProcess(): Promise<DovecotAuth | undefined>;
  /** One line of a dialogue inside a command (AUTH). */
  say(line: string): void;
  /** Evaluates the restrictions of a stage and logs what they warn about. */
  decide(stage: Stage, recipient?: string): Promise<Decision>;
  /** `NOQUEUE: reject: RCPT from ...`. @param recipient the one in question */
  logReject(reply: string, recipient?: string, stage?: string): void;
  /** One MAIL command more. @returns false when there are too many within a minute */
  countMessage(): boolean;
  /** One RCPT command more. @returns false when there are too many within a minute */
  countRecipient(): boolean;
  /** The client went in the middle of a message; said before cleanup sees its end. */
  brokenOff(command: string, receivedBytes: number): void;
  /** After a broken-off message: nothing more is to be answered. */
  closeBroken(): void;
}
