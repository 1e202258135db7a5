import type { RecipientFate } from "../world/question.ts";
import type { MessageTrace } from "../world/trace.ts";
import type { HostKey } from "../world/world.ts";
import type { Tracer } from "./tracer.ts";

/** What was found of a message in a recipient's mailbox. */
export interface Found {
  readonly address: string;
  readonly copies: number;
  readonly deliveredAtMs?: number;
}

/**
 * What became of a message for each recipient, from the logs and from what lies in the mailboxes.
 * The mailbox is the judge of `delivered`; the logs tell the way there, and why not.
 * @param mailboxHosts the host that holds each recipient's mailbox: the end of the path
 */
export function fatesOf(
  tracer: Tracer,
  messageId: string,
  found: readonly Found[],
  mailboxHosts: Readonly<Record<string, HostKey>>,
): RecipientFate[] {
  const message = tracer.trace().messages.find((candidate) => candidate.messageId === messageId);
  const lines = tracer.linesOf(messageId);
  return found.map(({ address, copies, deliveredAtMs }) => {
    const last = message?.deliveries.filter(({ recipient }) => recipient === address).at(-1);
    const path = message === undefined ? [] : pathOf(message, mailboxHosts[address], copies > 0);
    return {
      address,
      fate: copies > 0 ? "delivered" : fateWithoutCopy(message, address),
      path,
      copies,
      ...(deliveredAtMs === undefined ? {} : { deliveredAtMs }),
      ...(last === undefined ? {} : { reply: last.reply }),
      lines,
    };
  });
}

function fateWithoutCopy(message: MessageTrace | undefined, address: string): RecipientFate["fate"] {
  if (message === undefined) return "rejected";
  const own = message.deliveries.filter(({ recipient }) => recipient === address);
  if (own.some(({ status }) => status === "bounced" || status === "expired")) return "bounced";
  if (message.hops.some(({ leftAtMs }) => leftAtMs === undefined)) return "waiting";
  return "vanished";
}

/** Hosts in the order of the hops; the mailbox host closes the path of a mail that arrived without a queue there (LMTP, virtual). */
function pathOf(message: MessageTrace, mailboxHost: HostKey | undefined, delivered: boolean): HostKey[] {
  const path = message.hops.map(({ host }) => host);
  if (delivered && mailboxHost !== undefined && path.at(-1) !== mailboxHost) path.push(mailboxHost);
  return path;
}
