import type { SessionFacts } from "../../../../../daemons/postfix/restrictions/facts.ts";
import { ConversationFailure, connectTcp, connectUnix, SmtpConnection } from "../../../smtp/connection.ts";
import { errorText } from "../../../wire/error-text.ts";
import { NetworkError } from "../../../wire/network-stack.ts";
import type { ClientSession } from "./client-session.ts";

/** `smtpd_policy_service_try_limit`, `smtpd_policy_service_timeout` */
const tries = 2;
const timeoutMs = 100_000;

/**
 * Asks a policy service (SMTPD_POLICY_README): attributes as `name=value` lines, an empty line, and an `action=` in return.
 * @param service `inet:127.0.0.1:10023`, `unix:private/policy`
 * @returns the action, or undefined when it cannot be had; why is logged
 */
export async function askPolicyService(session: ClientSession, service: string, facts: SessionFacts): Promise<string | undefined> {
  const place = service.replace(/^(inet|unix):/, "");
  for (let attempt = 0; attempt < tries; attempt++) {
    const trouble = await ask(session, service, place, facts);
    if (trouble.action !== undefined) return trouble.action;
    session.warn(`problem talking to server ${place}: ${trouble.reason}`);
  }
  return undefined;
}

async function ask(
  session: ClientSession,
  service: string,
  place: string,
  facts: SessionFacts,
): Promise<{ readonly action?: string; readonly reason: string }> {
  const { machine, queue } = session.system;
  try {
    const [, address = "", port = ""] = /^\[?([^\]]*)\]?:(\d+)$/.exec(place) ?? [];
    const path = place.startsWith("/") ? place : `${queue.directory}/${place}`;
    const socket = await (service.startsWith("unix:")
      ? connectUnix(machine.net, path)
      : connectTcp(machine.net, { address, port: Number(port), timeoutMs }));
    const connection = new SmtpConnection(socket, machine.clock);
    connection.sendRaw(`${requestLines(session, facts).join("\n")}\n\n`);
    for (;;) {
      const line = await connection.readLine(timeoutMs);
      if (line.startsWith("action=")) {
        connection.close();
        return { action: line.slice("action=".length), reason: "" };
      }
    }
  } catch (error) {
    if (error instanceof ConversationFailure) return { reason: error.why === "timeout" ? "Connection timed out" : "Success" };
    if (!(error instanceof NetworkError)) throw error;
    const reason = errorText[error.code];
    session.warn(`connect to ${place}: ${reason}`);
    return { reason };
  }
}

function requestLines(session: ClientSession, facts: SessionFacts): readonly string[] {
  return [
    "request=smtpd_access_policy",
    `protocol_state=${session.where}`,
    `protocol_name=${session.protocol}`,
    `client_address=${facts.client.address}`,
    `client_name=${facts.client.name}`,
    `client_port=${session.client.port}`,
    `reverse_client_name=${facts.client.reverseName}`,
    `server_address=${session.link.localAddress}`,
    `server_port=${session.link.localPort}`,
    `helo_name=${facts.helo ?? ""}`,
    `sender=${facts.sender ?? ""}`,
    `recipient=${facts.recipient ?? ""}`,
    `recipient_count=${facts.recipientCount}`,
    `queue_id=${session.transaction?.queueId ?? ""}`,
    `size=${session.transaction?.parameters.sizeBytes ?? 0}`,
    "etrn_domain=",
    "stress=",
    `sasl_method=${session.sasl?.login?.method ?? ""}`,
    `sasl_username=${facts.saslUsername ?? ""}`,
    `sasl_sender=${session.transaction?.parameters.saslSender ?? ""}`,
    "ccert_subject=",
    "ccert_issuer=",
    "ccert_fingerprint=",
  ];
}
