import type { Delivery, Event, Lifecycle, Notified, Origin, Peer, Rejected, Remark } from "../../world/event.ts";
import { eventText } from "./event-text.ts";

/** A queue id, short (hexadecimal) or long (base 52, no vowels), as a pattern. */
const queueId = "[0-9A-F]{6,16}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,20}";
const peer = "(\\S+?)\\[([^\\]]+)\\]";

/**
 * The event that a process of Postfix logged with this text. Text that no event carries whole is a remark, so that
 * `eventText` always gives the same bytes back.
 */
export function parseEventText(origin: Origin, text: string): Event {
  const event = rules.map((rule) => rule(origin, text)).find((found) => found !== undefined);
  return event !== undefined && eventText(event) === text ? event : remark(origin, text);
}

type Rule = (origin: Origin, text: string) => Event | undefined;

/** A rule that applies when the whole text matches; the groups are handed to `build`. */
function rule(pattern: string, build: (origin: Origin, groups: readonly (string | undefined)[]) => Event | undefined): Rule {
  const expression = new RegExp(`^${pattern}$`, "s");
  return (origin, text) => {
    const match = expression.exec(text);
    return match === null ? undefined : build(origin, match.slice(1));
  };
}

const rules: readonly Rule[] = [
  rule(`connect from ${peer}`, (origin, [name, address]) => ({ ...origin, event: "connected", client: client(name, address) })),
  rule(`disconnect from ${peer}((?: [\\w-]+=[\\d/]+)*)`, (origin, [name, address, counts = ""]) => ({
    ...origin,
    event: "disconnected",
    client: client(name, address),
    counts: counts
      .split(" ")
      .slice(1)
      .map((count) => [count.slice(0, count.indexOf("=")), count.slice(count.indexOf("=") + 1)] as const),
  })),
  rule(
    `(lost connection|timeout|too many errors) after (\\S+)(?: \\((\\d+) bytes\\))? from ${peer}`,
    (origin, [why, stage = "", received, name, address]) => ({
      ...origin,
      event: "connection-lost",
      why: why as "timeout",
      stage,
      ...(received === undefined ? {} : { receivedBytes: Number(received) }),
      client: client(name, address),
    }),
  ),
  rule(
    `(${queueId}): client=${peer}(?:, sasl_method=(\\S+))?(?:, sasl_username=(\\S+))?(?:, sasl_sender=(\\S+))?(?:, orig_queue_id=(\\S+))?(?:, orig_client=${peer})?`,
    (origin, [id = "", name, address, method, user, sender, originalId, originalName, originalAddress]) => ({
      ...origin,
      event: "accepted",
      queueId: id,
      client: client(name, address),
      ...(method === undefined ? {} : { saslMethod: method }),
      ...(user === undefined ? {} : { saslUsername: user }),
      ...(sender === undefined ? {} : { saslSender: sender }),
      ...(originalId === undefined ? {} : { originalQueueId: originalId }),
      ...(originalName === undefined ? {} : { originalClient: client(originalName, originalAddress) }),
    }),
  ),
  rule(`(${queueId}): uid=(\\d+) from=<(.*?)>(?: orig_id=(\\S+))?`, (origin, [id = "", uid, from = "", original]) => ({
    ...origin,
    event: "picked-up",
    queueId: id,
    uid: Number(uid),
    from,
    ...(original === undefined ? {} : { originalQueueId: original }),
  })),
  rule(`(${queueId}): message-id=(.*)`, (origin, [id = "", messageId = ""]) => ({
    ...origin,
    event: "identified",
    queueId: id,
    messageId,
  })),
  rule(`(${queueId}): from=<(.*)>, size=(\\d+), nrcpt=(\\d+) \\(queue active\\)`, (origin, [id = "", from = "", size, count]) => ({
    ...origin,
    event: "queued",
    queueId: id,
    from,
    sizeBytes: Number(size),
    recipients: Number(count),
  })),
  rule(
    `(${queueId}): to=<(.*?)>,(?: orig_to=<(.*?)>,)? relay=(.+?),(?: conn_use=(\\d+),)? delay=([\\d.]+), delays=([\\d./]+), ` +
      "dsn=(\\d\\.\\d+\\.\\d+), status=(sent|deferred|bounced|SOFTBOUNCE|expired|undeliverable|deliverable) \\((.*)\\)",
    parseDelivery,
  ),
  rule(
    `(${queueId}): (sender non-delivery|sender delay|sender delivery status|postmaster non-delivery|postmaster delay) notification: (${queueId})`,
    (origin, [id = "", notification, notificationQueueId = ""]) => ({
      ...origin,
      event: "notified",
      queueId: id,
      notification: notification as Notified["notification"],
      notificationQueueId,
    }),
  ),
  rule(`(${queueId}): removed`, (origin, [id = ""]) => ({ ...origin, event: "removed", queueId: id })),
  rule(`(${queueId}): from=<(.*)>, status=(force-)?expired, returned to sender`, (origin, [id = "", from = "", forced]) => ({
    ...origin,
    event: "expired",
    queueId: id,
    from,
    forced: forced !== undefined,
  })),
  rule(
    `(NOQUEUE|${queueId}): (reject|milter-reject|milter-hold|reject_warning|hold): (\\S+) from ${peer}: ` +
      "(.*);(?: from=<(.*?)>)?(?: to=<(.*?)>)?(?: proto=(\\S+))?(?: helo=<(.*?)>)?",
    parseRejected,
  ),
  rule(
    `(${queueId}): (reject|hold): ((?:header|body) .*) from ${peer};(?: from=<(.*?)>)?(?: to=<(.*?)>)?(?: proto=(\\S+))?(?: helo=<(.*?)>)?(?:: (.*))?`,
    (origin, [id, by, stage, name, address, from, to, protocol, helo, reply]) =>
      parseRejected(origin, [id, by, stage, name, address, reply, from, to, protocol, helo]),
  ),
  (origin, text) => {
    const phase = lifecycle.find(([start]) => text.startsWith(start))?.[1];
    return phase === undefined ? undefined : { ...origin, event: "lifecycle", phase, text };
  },
];

/** What the lines of postfix-script and master start with, and what they mean. */
const lifecycle: readonly (readonly [string, Lifecycle["phase"]])[] = [
  ["starting the Postfix mail system", "starting"],
  ["daemon started -- version", "ready"],
  ["refreshing the Postfix mail system", "reloading"],
  ["reload -- version", "reloading"],
  ["stopping the Postfix mail system", "stopping"],
  ["terminating on signal", "stopped"],
];

function parseDelivery(origin: Origin, groups: readonly (string | undefined)[]): Delivery {
  const [id = "", to = "", originalTo, relay = "", use, delay = "", delays = "", dsn = "", status, reply = ""] = groups;
  return {
    ...origin,
    event: "delivery",
    queueId: id,
    to,
    ...(originalTo === undefined ? {} : { originalTo }),
    relay,
    ...(use === undefined ? {} : { connectionUse: Number(use) }),
    delay,
    delays,
    dsn,
    status: status as Delivery["status"],
    reply,
  };
}

function parseRejected(origin: Origin, groups: readonly (string | undefined)[]): Rejected {
  const [id = "", by, stage = "", name, address, reply = "", from, to, protocol, helo] = groups;
  return {
    ...origin,
    event: "rejected",
    ...(id === "NOQUEUE" ? {} : { queueId: id }),
    by: by as Rejected["by"],
    stage,
    client: client(name, address),
    reply,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(helo === undefined ? {} : { helo }),
  };
}

const mark = /^(warning|error|fatal|panic): /;
const startsWithQueueId = new RegExp(`^(${queueId}): `);

function remark(origin: Origin, text: string): Remark {
  const marked = mark.exec(text);
  const rest = marked === null ? text : text.slice(marked[0].length);
  const id = startsWithQueueId.exec(rest)?.[1];
  const level = (marked?.[1] ?? "info") as Remark["level"];
  return { ...origin, event: "remark", level, text: rest, ...(id === undefined ? {} : { queueId: id }) };
}

function client(name = "", address = ""): Peer {
  return { name, address };
}
