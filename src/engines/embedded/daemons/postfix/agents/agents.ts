import type { Delivery } from "../delivery.ts";
import type { MailSystem } from "../mail-system.ts";
import { deliverBySmtp } from "../smtp-client/smtp-agent.ts";
import { deliverDiscard, deliverError } from "./error.ts";
import { deliverLocal } from "./local.ts";
import { deliverVirtual } from "./virtual.ts";

export interface Agent {
  /** What the log calls its processes: `smtp`, `relay/smtp`. */
  readonly processName: string;
  /** What qmgr warns when it cannot reach the transport. */
  readonly warning?: string;
  deliver(delivery: Delivery, system: MailSystem): Promise<void>;
}

/** Programs of master.cf that deliver mail. */
const programs: Readonly<Record<string, (delivery: Delivery, system: MailSystem, service: string) => Promise<void>>> = {
  smtp: (delivery, system) => deliverBySmtp(delivery, system, "smtp"),
  lmtp: (delivery, system) => deliverBySmtp(delivery, system, "lmtp"),
  virtual: deliverVirtual,
  local: deliverLocal,
  error: (delivery, _, service) => deliverError(delivery, service === "retry"),
  discard: deliverDiscard,
};

/** The agent behind a transport: a line of master.cf, its program and its `syslog_name`. */
export function agentOf(system: MailSystem, transport: string): Agent {
  const line = system.policy.services.find((service) => service.name === transport && service.type === "unix");
  const program = line?.command ?? transport;
  const deliver = programs[program];
  if (line === undefined || deliver === undefined) {
    return { processName: "error", warning: `connect to transport private/${transport}: No such file or directory`, deliver: unavailable };
  }
  const syslogName = (line.overrides["syslog_name"] ?? "").replace(/\$(service_name|\{service_name\}|\(service_name\))/, transport);
  const [, ownName] = /^postfix\/(.+)$/.exec(syslogName) ?? [];
  const processName = ownName === undefined ? program : `${ownName}/${program}`;
  return { processName, deliver: (delivery, within) => deliver(delivery, within, transport) };
}

/** No such line in master.cf, or a program that is not simulated: the mail waits. */
async function unavailable(delivery: Delivery): Promise<void> {
  for (const recipient of delivery.request.recipients) {
    delivery.deferred(recipient, { relay: "none", dsn: "4.3.0", text: "mail transport unavailable" });
  }
}
