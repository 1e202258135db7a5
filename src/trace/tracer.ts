import type { Delivery, Event, LogLine, Rejected } from "../world/event.ts";
import type { DeliveryTrace, Hop, MessageTrace, RejectTrace, Trace } from "../world/trace.ts";
import type { HostKey } from "../world/world.ts";
import { queuedAs } from "./queued-as.ts";

/** Follows messages through events that come in the order of their lines. */
export interface Tracer {
  /** @param line the line the event was read from, kept as evidence */
  add(event: Event, line?: LogLine): void;
  /** A line that no dialect could read. */
  skip(text: string): void;
  trace(): Trace;
  /** Every line that speaks of this message, on any host, in order. */
  linesOf(messageId: string): readonly LogLine[];
}

/** A message's stay in one host's queue, while it is being put together. */
interface Stay {
  readonly host: HostKey;
  readonly queueId: string;
  readonly order: number;
  readonly lines: LogLine[];
  readonly deliveries: DeliveryTrace[];
  messageId: string | undefined;
  client: string;
  from: string | undefined;
  sizeBytes: number | undefined;
  arrivedAtMs: number;
  leftAtMs: number | undefined;
  reportsOn: Stay | undefined;
}

/**
 * Message-ID joins the hops; a queue id is unique on its host only and is used again after `removed`,
 * so a stay ends there and the next event with the same id opens a new one.
 */
export function createTracer(): Tracer {
  const stays: Stay[] = [];
  const open = new Map<string, Stay>();
  const awaitedReports = new Map<string, Stay>();
  const rejects: RejectTrace[] = [];
  const samples: string[] = [];
  const saves = new Map<string, LogLine[]>();
  let unread = 0;

  const stayOf = (event: Event & { queueId: string }): Stay => {
    const key = `${event.host} ${event.queueId}`;
    const known = open.get(key);
    if (known !== undefined) return known;
    const stay: Stay = {
      host: event.host,
      queueId: event.queueId,
      order: stays.length,
      lines: [],
      deliveries: [],
      messageId: undefined,
      client: "local",
      from: undefined,
      sizeBytes: undefined,
      arrivedAtMs: event.atMs,
      leftAtMs: undefined,
      reportsOn: awaitedReports.get(key),
    };
    awaitedReports.delete(key);
    stays.push(stay);
    open.set(key, stay);
    return stay;
  };

  const note = (event: Event): Stay | undefined => {
    if (!("queueId" in event) || event.queueId === undefined) return undefined;
    const stay = stayOf(event as Event & { queueId: string });
    applyTo(stay, event);
    if (event.event === "notified") {
      const key = `${event.host} ${event.notificationQueueId}`;
      const report = open.get(key);
      if (report === undefined) awaitedReports.set(key, stay);
      else report.reportsOn = stay;
    }
    if (event.event === "removed") open.delete(`${event.host} ${event.queueId}`);
    return stay;
  };

  return {
    add: (event, line) => {
      if (event.event === "rejected") rejects.push(rejectTrace(event));
      if (event.event === "rejected" && event.queueId === undefined) return;
      if ((event.event === "saved" || event.event === "scanned") && line !== undefined) {
        saves.set(event.messageId, [...(saves.get(event.messageId) ?? []), line]);
      }
      // A filter logs the queue id of another host's queue: it belongs to the message, not to a stay on the filter.
      if (event.event === "scanned") return;
      const stay = note(event);
      if (stay !== undefined && line !== undefined) stay.lines.push(line);
    },
    skip: (text) => {
      unread++;
      if (samples.length < 5) samples.push(text);
    },
    trace: () => ({ messages: assemble(stays), rejects, unread: { lines: unread, samples } }),
    linesOf: (messageId) => {
      const own = stays.filter((stay) => stay.messageId === messageId).flatMap((stay) => stay.lines);
      return [...own, ...(saves.get(messageId) ?? [])].sort((left, right) => left.atMs - right.atMs);
    },
  };
}

function applyTo(stay: Stay, event: Event): void {
  switch (event.event) {
    case "accepted":
      stay.client = `${event.client.name}[${event.client.address}]`;
      break;
    case "picked-up":
      stay.from = event.from;
      break;
    case "identified":
      stay.messageId = event.messageId;
      break;
    case "queued":
      stay.from = event.from;
      stay.sizeBytes = event.sizeBytes;
      break;
    case "delivery":
      stay.deliveries.push(deliveryTrace(event));
      break;
    case "removed":
    case "rejected":
      stay.leftAtMs = event.atMs;
      break;
  }
}

function deliveryTrace(delivery: Delivery): DeliveryTrace {
  const { host, queueId, to, status, dsn, relay, reply, atMs, delays } = delivery;
  return { host, queueId, recipient: to, status, dsn, relay, reply, atMs, delays };
}

function rejectTrace({ host, client, stage, from, to, reply, atMs }: Rejected): RejectTrace {
  return {
    host,
    client: `${client.name}[${client.address}]`,
    stage,
    reply,
    atMs,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** Messages in the order in which they were first seen; their hops in the order of arrival. */
function assemble(stays: readonly Stay[]): MessageTrace[] {
  const byMessage = new Map<string, Stay[]>();
  for (const stay of stays) {
    // A queue file that never got as far as cleanup's line (a milter's reject before it, a truncated log) still is a message.
    const id = stay.messageId ?? `${stay.queueId}@${stay.host}`;
    byMessage.set(id, [...(byMessage.get(id) ?? []), stay]);
  }
  return [...byMessage].map(([messageId, own]) => messageTrace(messageId, inOrder(own)));
}

/**
 * Log stamps are whole seconds, and lines of different hosts may interleave freely within one. Where a host says
 * `queued as X`, the next hop is known; else the order of arrival, then of the lines, decides.
 */
function inOrder(stays: readonly Stay[]): Stay[] {
  const byArrival = [...stays].sort((left, right) => left.arrivedAtMs - right.arrivedAtMs || left.order - right.order);
  const after = new Map<Stay, Stay[]>();
  const followers = new Set<Stay>();
  for (const stay of byArrival) {
    for (const { reply } of stay.deliveries) {
      const queueId = queuedAs(reply);
      const next = byArrival.find((candidate) => candidate.queueId === queueId && candidate !== stay && !followers.has(candidate));
      if (next === undefined) continue;
      followers.add(next);
      after.set(stay, [...(after.get(stay) ?? []), next]);
    }
  }
  const ordered = new Set<Stay>();
  const visit = (stay: Stay): void => {
    if (ordered.has(stay)) return;
    ordered.add(stay);
    for (const next of after.get(stay) ?? []) visit(next);
  };
  for (const stay of byArrival) if (!followers.has(stay)) visit(stay);
  for (const stay of byArrival) visit(stay);
  return [...ordered];
}

function messageTrace(messageId: string, stays: readonly Stay[]): MessageTrace {
  const first = stays[0] as Stay;
  const report = stays.find((stay) => stay.reportsOn !== undefined)?.reportsOn;
  return {
    messageId,
    from: first.from ?? "",
    ...(first.sizeBytes === undefined ? {} : { sizeBytes: first.sizeBytes }),
    hops: stays.map(hopOf),
    deliveries: stays.flatMap((stay) => stay.deliveries),
    ...(report === undefined ? {} : { dsnOf: report.messageId ?? `${report.queueId}@${report.host}` }),
  };
}

function hopOf({ host, queueId, client, arrivedAtMs, leftAtMs }: Stay): Hop {
  return { host, queueId, client, arrivedAtMs, ...(leftAtMs === undefined ? {} : { leftAtMs }) };
}
