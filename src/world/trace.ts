import type { HostKey } from "./world.ts";

/** What logs tell about mail: messages followed from host to host, and attempts that never became a message. */
export interface Trace {
  readonly messages: readonly MessageTrace[];
  readonly rejects: readonly RejectTrace[];
  /** Lines that no dialect could read: how many, and the first few. */
  readonly unread: { readonly lines: number; readonly samples: readonly string[] };
}

/** One message's path. Message-ID joins the hops; a queue id is unique on its host only. */
export interface MessageTrace {
  readonly messageId: string;
  readonly from: string;
  readonly subject?: string;
  readonly sizeBytes?: number;
  readonly hops: readonly Hop[];
  readonly deliveries: readonly DeliveryTrace[];
  /** The message this one reports on, when it is a delivery status notification. */
  readonly dsnOf?: string;
}

/** The message's stay on one host. */
export interface Hop {
  readonly host: HostKey;
  readonly queueId: string;
  /** Where it came from: the client as logged, or `local` when it was handed in on the host. */
  readonly client: string;
  readonly arrivedAtMs: number;
  readonly leftAtMs?: number;
}

export interface DeliveryTrace {
  readonly host: HostKey;
  readonly queueId: string;
  readonly recipient: string;
  readonly status: string;
  readonly dsn: string;
  readonly relay: string;
  readonly reply: string;
  readonly atMs: number;
  /** Seconds as logged: before the queue manager / in the queue manager / connection set-up / transmission. */
  readonly delays: string;
}

export interface RejectTrace {
  readonly host: HostKey;
  readonly client: string;
  readonly stage: string;
  readonly from?: string;
  readonly to?: string;
  readonly reply: string;
  readonly atMs: number;
}
