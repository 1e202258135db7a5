import type { Delivery } from "../delivery.ts";

/**
 * error(8), which also serves as `retry`: fails every recipient with the text that stands in place of a next hop,
 * `5.1.2 no such domain here`.
 * @param soft for `retry`: a text without a status code is a deferral
 */
export async function deliverError(delivery: Delivery, soft: boolean): Promise<void> {
  const [, dsn, text] = /^([245]\.\d{1,3}\.\d{1,3})\s+(.*)$/s.exec(delivery.request.nexthop) ?? [];
  const report = { relay: "none", dsn: dsn ?? (soft ? "4.0.0" : "5.0.0"), text: text ?? delivery.request.nexthop };
  for (const recipient of delivery.request.recipients) {
    if (soft) delivery.deferred(recipient, report);
    else delivery.bounced(recipient, report);
  }
}

/** discard(8): throws the mail away and says so. */
export async function deliverDiscard(delivery: Delivery): Promise<void> {
  for (const recipient of delivery.request.recipients) {
    delivery.sent(recipient, { relay: "none", dsn: "2.0.0", text: delivery.request.nexthop });
  }
}
