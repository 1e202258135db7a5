import type { Event, Peer } from "../../world/event.ts";

/** What Postfix writes after `postfix/smtpd[195]: ` for an event. */
export function eventText(event: Event): string {
  switch (event.event) {
    case "connected":
      return `connect from ${peerText(event.client)}`;
    case "disconnected":
      return `disconnect from ${peerText(event.client)}${event.counts.map(([name, count]) => ` ${name}=${count}`).join("")}`;
    case "connection-lost": {
      const received = event.receivedBytes === undefined ? "" : ` (${event.receivedBytes} bytes)`;
      return `${event.why} after ${event.stage}${received} from ${peerText(event.client)}`;
    }
    case "accepted": {
      const method = event.saslMethod === undefined ? "" : `, sasl_method=${event.saslMethod}`;
      const user = event.saslUsername === undefined ? "" : `, sasl_username=${event.saslUsername}`;
      const sender = event.saslSender === undefined ? "" : `, sasl_sender=${event.saslSender}`;
      const originalId = event.originalQueueId === undefined ? "" : `, orig_queue_id=${event.originalQueueId}`;
      const originalClient = event.originalClient === undefined ? "" : `, orig_client=${peerText(event.originalClient)}`;
      return `${event.queueId}: client=${peerText(event.client)}${method}${user}${sender}${originalId}${originalClient}`;
    }
    case "picked-up": {
      const original = event.originalQueueId === undefined ? "" : ` orig_id=${event.originalQueueId}`;
      return `${event.queueId}: uid=${event.uid} from=<${event.from}>${original}`;
    }
    case "identified":
      return `${event.queueId}: message-id=${event.messageId}`;
    case "queued":
      return `${event.queueId}: from=<${event.from}>, size=${event.sizeBytes}, nrcpt=${event.recipients} (queue active)`;
    case "delivery": {
      const original = event.originalTo === undefined ? "" : ` orig_to=<${event.originalTo}>,`;
      const use = event.connectionUse === undefined ? "" : ` conn_use=${event.connectionUse},`;
      const times = `delay=${event.delay}, delays=${event.delays}`;
      return `${event.queueId}: to=<${event.to}>,${original} relay=${event.relay},${use} ${times}, dsn=${event.dsn}, status=${event.status} (${event.reply})`;
    }
    case "notified":
      return `${event.queueId}: ${event.notification} notification: ${event.notificationQueueId}`;
    case "removed":
      return `${event.queueId}: removed`;
    case "expired":
      return `${event.queueId}: from=<${event.from}>, status=${event.forced ? "force-expired" : "expired"}, returned to sender`;
    case "rejected": {
      const from = event.from === undefined ? "" : ` from=<${event.from}>`;
      const to = event.to === undefined ? "" : ` to=<${event.to}>`;
      const protocol = event.protocol === undefined ? "" : ` proto=${event.protocol}`;
      const helo = event.helo === undefined ? "" : ` helo=<${event.helo}>`;
      const head = `${event.queueId ?? "NOQUEUE"}: ${event.by}: ${event.stage} from ${peerText(event.client)}`;
      if (!isContentCheck(event.stage)) return `${head}: ${event.reply};${from}${to}${protocol}${helo}`;
      return `${head};${from}${to}${protocol}${helo}${event.reply === "" ? "" : `: ${event.reply}`}`;
    }
    case "lifecycle":
      return event.text;
    case "remark":
      return event.level === "info" ? event.text : `${event.level}: ${event.text}`;
    case "saved":
    case "scanned":
    case "looked-up":
    case "zone-loaded":
      throw new Error(`Postfix logs no ${event.event} events`);
  }
}

/** header_checks and body_checks log what they matched, and their reply last. */
export function isContentCheck(stage: string): boolean {
  return /^(header|body) /.test(stage);
}

/** `mail.brook.example[203.0.113.10]` */
export function peerText(peer: Peer): string {
  return `${peer.name}[${peer.address}]`;
}
