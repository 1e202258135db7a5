import type { QueueRecipient } from "./queue-file.ts";

/** Why a recipient did not get the message, or that it did. */
export interface Outcome {
  readonly recipient: QueueRecipient;
  readonly status: "sent" | "deferred" | "bounced";
  readonly dsn: string;
  readonly text: string;
  /** What the other server said, where it was the one to refuse. */
  readonly reply?: string;
  /** The server that said it. */
  readonly remoteHost?: string;
}

/** What a delivery agent says of one recipient. */
export interface Report {
  /** `mail.brook.example[203.0.113.25]:25`, `virtual`, `none`. */
  readonly relay: string;
  readonly dsn: string;
  readonly text: string;
  readonly reply?: string;
  readonly remoteHost?: string;
  readonly connectionUse?: number;
  /** The server takes over the sender's wish to be told (it offers DSN): we tell nothing. */
  readonly reportsItself?: boolean;
}
