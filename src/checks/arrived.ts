import { z } from "zod";
import type { MailboxAnswer } from "../world/question.ts";
import type { HostKey } from "../world/world.ts";
import type { Check } from "./check.ts";

export interface ArrivedParams {
  /** The address whose mailbox is looked at, and the host that holds it. */
  readonly to: string;
  readonly mailboxHost: HostKey;
  /** Envelope sender; any where it is not given. */
  readonly from?: string;
  /** The host that took the message in first. */
  readonly entered: HostKey;
  /** Address of the client that handed it in; any where it is not given. */
  readonly client?: string;
}

/** A message from outside our own hands lies in a mailbox: it came in where and from whom it should. */
export const arrived: Check<ArrivedParams> = {
  id: "arrived",
  summary: "A message that a given client handed to a given host has reached a mailbox.",
  params: z.strictObject({
    to: z.string(),
    mailboxHost: z.string(),
    from: z.string().exactOptional(),
    entered: z.string(),
    client: z.string().exactOptional(),
  }),
  needs: ({ mailboxHost, to }) => [{ ask: "mailbox", host: mailboxHost, address: to }],
  judge: ({ to, from, entered, client }, answers, { trace }) => {
    const { messages } = answers[0] as MailboxAnswer;
    const candidates = trace.messages.filter(({ from: sender, hops }) => {
      const first = hops[0];
      if (first === undefined || first.host !== entered) return false;
      return (client === undefined || first.client.includes(`[${client}]`)) && (from === undefined || sender === from);
    });
    const found = messages.find(({ messageId }) => candidates.some((candidate) => candidate.messageId === messageId));
    if (found !== undefined) {
      const text = `${found.folder} of ${to}: ${found.messageId} ${found.subject}`;
      return { status: "pass", says: "The message is in the mailbox.", evidence: [{ kind: "answer", text }] };
    }
    const latest = candidates.at(-1)?.deliveries.at(-1);
    if (latest === undefined) return { status: "fail", says: `No message was handed to ${entered} as asked yet.`, evidence: [] };
    const text = `${latest.host} ${latest.queueId}: to=<${latest.recipient}> status=${latest.status} (${latest.reply})`;
    return {
      status: "fail",
      says: `A message was handed in, but it is not in the mailbox of ${to}.`,
      evidence: [{ kind: "answer", text }],
    };
  },
};
