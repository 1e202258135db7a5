import { dialects } from "../../../daemons/registry.ts";
import { composeMail } from "../../../mail/compose.ts";
import { sendmailCommand } from "../../../mail/sendmail.ts";
import { type Found, fatesOf } from "../../../trace/fate.ts";
import { traceLines } from "../../../trace/read-lines.ts";
import type { SendAnswer, SendQuestion } from "../../../world/question.ts";
import { mailboxHosts } from "../../../world/world.ts";
import type { LiveRange } from "../live-range.ts";
import { answerMailbox } from "./mailbox.ts";

/** Hands a mail in on a host, lets the time pass, and says what became of it: by the logs, and by what lies in the mailboxes. */
export async function answerSend(range: LiveRange, { from, mail, withinMs, whileDown }: SendQuestion): Promise<SendAnswer> {
  for (const host of whileDown) {
    const { services } = range.machine(host);
    for (const kind of services.kinds) services.stop(kind);
  }
  const sentAtMs = range.clock.now();
  const sender = range.machine(from);
  const messageId = `<${sender.random.fork(`probe/${sentAtMs}`).hex(12).toLowerCase()}@${mail.from.split("@")[1] ?? sender.name}>`;
  await range.run(from, sendmailCommand(mail.from, mail.to), { stdin: composeMail(mail, { messageId, atMs: sentAtMs }) });
  await range.clock.advance(withinMs);
  const since = range.lines().filter(({ atMs }) => atMs >= sentAtMs);
  const found = await Promise.all(mail.to.map((address) => copiesOf(range, address, messageId)));
  return { ask: "send", messageId, recipients: fatesOf(traceLines(since, dialects), messageId, found, mailboxHosts(range.world)) };
}

async function copiesOf(range: LiveRange, address: string, messageId: string): Promise<Found> {
  const host = mailboxHosts(range.world)[address];
  if (host === undefined) return { address, copies: 0 };
  const { messages } = await answerMailbox(range, { ask: "mailbox", host, address });
  return { address, copies: messages.filter((message) => message.messageId === messageId).length };
}
