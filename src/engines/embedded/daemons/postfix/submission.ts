import type { PostfixPolicy } from "../../../../daemons/postfix/policy.ts";
import type { Author } from "./mail-log.ts";
import type { FilteredContent } from "./milter-edits.ts";
import type { QueueRecipient } from "./queue-file.ts";

/** A message as it is handed to cleanup(8). */
export interface Submission {
  readonly queueId: string;
  readonly arrivedAtMs: number;
  readonly createdAtMs: number;
  readonly attributes: readonly (readonly [string, string])[];
  readonly senderFullName?: string;
  readonly sender: string;
  /** `original` where the address has a history already. */
  readonly recipients: readonly (Omit<QueueRecipient, "offset" | "done" | "original"> & { readonly original?: string })[];
  /** Header and body; lines ended by LF or CRLF. */
  readonly content: Buffer;
  /** Complete header fields and add those that are missing: mail of this host (`rewrite_context=local`). */
  readonly local: boolean;
  /** Mail filters that see the message before it is queued. */
  readonly filter?: MessageFilter;
  /** The client asked for SMTPUTF8. */
  readonly utf8?: boolean;
  /** Addresses and header fields are looked at: what needs SMTPUTF8 asks for it (`smtputf8_autodetect_classes`). */
  readonly detectUtf8?: boolean;
  /** An access table asked for it. */
  readonly hold?: boolean;
  readonly discard?: boolean;
  /** `transport:nexthop` of `content_filter`: everybody's mail goes by there. */
  readonly contentFilter?: string;
  /** Virtual aliases are expanded (`no` for what the mail system itself forwards). */
  readonly expand: boolean;
}

/** What came of it: queued, thrown away at a filter's wish, or not. The reply is the SMTP client's. */
export type CleanupResult =
  | { readonly outcome: "queued" | "discarded"; readonly queueId: string }
  | { readonly outcome: "failed"; readonly reply: string };

/** What the filters made of a message. */
export type FilterVerdict =
  | { readonly verdict: "accept" | "hold"; readonly content: FilteredContent }
  | { readonly verdict: "discard" }
  /** @see CleanupResult.reply */
  | { readonly verdict: "reject"; readonly reply: string };

/** The mail filters of one SMTP session, as cleanup(8) asks them at the end of the message. */
export interface MessageFilter {
  judge(content: FilteredContent, recipients: readonly QueueRecipient[], author: Author): Promise<FilterVerdict>;
}

/** The `content_filter` of the program that takes a message in. */
export function contentFilterOf(policy: PostfixPolicy): { readonly contentFilter?: string } {
  const contentFilter = policy.get("content_filter");
  return contentFilter === "" ? {} : { contentFilter };
}
