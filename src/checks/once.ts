import { z } from "zod";
import type { MailboxAnswer, QueueAnswer } from "../world/question.ts";
import type { Hop } from "../world/trace.ts";
import { hostsWith } from "../world/world.ts";
import type { Check } from "./check.ts";

export interface OnceParams {
  /** Each mail of the scenario that was sent before the repair, and whose mailbox it should be in. */
  readonly mails: readonly { readonly messageId: string; readonly to: string; readonly mailboxHost: string }[];
}

/** Good mail sent before the repair is neither lost nor doubled: in its mailbox once, or returned to its sender. */
export const once: Check<OnceParams> = {
  id: "once",
  summary: "Mail sent before the repair arrives exactly once, unless it was returned to its sender.",
  params: z.strictObject({
    mails: z.array(z.strictObject({ messageId: z.string(), to: z.string(), mailboxHost: z.string() })).readonly(),
  }),
  needs: ({ mails }, world) => [
    ...mails.map(({ to, mailboxHost }) => ({ ask: "mailbox", host: mailboxHost, address: to }) as const),
    ...hostsWith(world, "postfix").map((host) => ({ ask: "queue", host }) as const),
  ],
  judge: ({ mails }, answers, { trace, world }) => {
    const queues = new Map(hostsWith(world, "postfix").map((host, index) => [host, answers[mails.length + index] as QueueAnswer]));
    for (const [index, mail] of mails.entries()) {
      const { messages } = answers[index] as MailboxAnswer;
      const copies = messages.filter(({ messageId }) => messageId === mail.messageId).length;
      const returned = trace.messages.some(
        ({ messageId, deliveries }) =>
          messageId === mail.messageId && deliveries.some(({ recipient, status }) => recipient === mail.to && status === "bounced"),
      );
      const waiting = trace.messages.some(
        ({ messageId, hops }) => messageId === mail.messageId && hops.some((hop) => isStillAt(hop, queues.get(hop.host))),
      );
      const evidence = [{ kind: "answer", text: `${copies} in the mailbox of ${mail.to}` } as const];
      if (copies > 1) return { status: "fail", says: `A mail to ${mail.to} arrived ${copies} times.`, evidence };
      if (copies === 1 || returned) continue;
      if (waiting) return { status: "pending", says: `A mail to ${mail.to} still waits in a queue.`, evidence };
      return { status: "fail", says: `A mail to ${mail.to} was accepted and is lost.`, evidence };
    }
    return { status: "pass", says: "Every mail from before arrived once or went back to its sender.", evidence: [] };
  },
};

/** The log does not say everything: `postsuper -d ALL` names no message that it removes. */
function isStillAt({ queueId, leftAtMs }: Hop, queue: QueueAnswer | undefined): boolean {
  return leftAtMs === undefined && (queue === undefined || queue.entries.some((entry) => entry.queueId === queueId));
}
