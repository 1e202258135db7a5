import type { DeliveryTrace, MessageTrace, Trace } from "../world/trace.ts";

/** A trace as text, one message after the other: its hops, and under each what became of it there. */
export function traceText(trace: Pick<Trace, "messages">): string {
  return trace.messages.map(messageText).join("\n");
}

function messageText(message: MessageTrace): string {
  const size = message.sizeBytes === undefined ? "" : `, ${message.sizeBytes} bytes`;
  const report = message.dsnOf === undefined ? "" : ` (reports on ${message.dsnOf})`;
  const lines = [`${message.messageId} from <${message.from}>${size}${report}`];
  for (const hop of message.hops) {
    lines.push(`  ${clockTime(hop.arrivedAtMs)}  ${hop.host.padEnd(9)} ${hop.queueId}  from ${hop.client}`);
    const own = message.deliveries.filter(({ host, queueId }) => host === hop.host && queueId === hop.queueId);
    lines.push(...own.map(deliveryText));
  }
  return `${lines.join("\n")}\n`;
}

function deliveryText({ atMs, recipient, relay, dsn, status, reply }: DeliveryTrace): string {
  return `  ${clockTime(atMs)}  ${"".padEnd(9)} ${glyphs[status] ?? "?"} ${status} ${dsn} to <${recipient}> relay=${relay}\n            ${"".padEnd(9)}   ${reply}`;
}

/** Always with the word beside it: a glyph alone says nothing to a screen reader. */
const glyphs: Readonly<Record<string, string>> = { sent: "+", deferred: "~", bounced: "x", expired: "x" };

/** `08:12:03`, UTC, as the hosts' logs have it. */
export function clockTime(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}
