import { randomBytes } from "node:crypto";
import { quote } from "../../../base/shell-words.ts";
import { composeMail } from "../../../mail/compose.ts";
import { sendmailCommand } from "../../../mail/sendmail.ts";
import { type Found, fatesOf } from "../../../trace/fate.ts";
import { queuedAs } from "../../../trace/queued-as.ts";
import { traceLines } from "../../../trace/read-lines.ts";
import type { SendAnswer, SendQuestion } from "../../../world/question.ts";
import type { MessageTrace } from "../../../world/trace.ts";
import { mailboxHosts } from "../../../world/world.ts";
import { isolate, restoreFilter } from "../effects/firewall.ts";
import { type LiveRange, wait } from "../live-range.ts";
import { probeLinesOf, settledLines } from "../probe-lines.ts";
import { type StoredMessage, storedMessages } from "./mailbox.ts";

/** How often the logs are looked at while the mail is under way. */
const lookMs = 150;
/** A mail that has come to its end may still come a second time: so long, it is waited for. */
const doubleMs = 400;

/**
 * Hands a mail in on a host, waits until it has come to its end or the time is over, and says what became of it: by the logs, and
 * by what lies in the mailboxes. Then the probe is taken out again: out of mailboxes, queues and the range's log.
 */
export async function answerSend(range: LiveRange, question: SendQuestion): Promise<SendAnswer> {
  const { from, mail, withinMs, whileDown } = question;
  for (const host of whileDown) await isolate(range, host);
  const sentAtMs = Date.now();
  const messageId = `<${randomBytes(12).toString("hex")}@${mail.from.split("@")[1] ?? range.host(from).host.name}>`;
  try {
    await range.host(from).run(sendmailCommand(mail.from, mail.to), { stdin: composeMail(mail, { messageId, atMs: sentAtMs }) });
    await comesToEnd(range, messageId, { sentAtMs, withinMs, stays: whileDown.length > 0 });
    const stored = await Promise.all(mail.to.map((address) => copiesOf(range, address, messageId)));
    const lines = await settledLines(range, sentAtMs);
    const tracer = traceLines(lines, range.dialects);
    const found: Found[] = stored.map(({ address, copies }) => ({ address, copies: copies.length }));
    const recipients = fatesOf(tracer, messageId, found, mailboxHosts(range.world));
    const message = tracer.trace().messages.find((each) => each.messageId === messageId);
    await takeOut(range, stored, message, whileDown.length > 0);
    range.log.hide(probeLinesOf(await settledLines(range, sentAtMs), range.dialects, { messageIds: [messageId] }));
    return { ask: "send", messageId, recipients };
  } finally {
    for (const host of whileDown) await restoreFilter(range, host);
  }
}

interface Ending {
  readonly sentAtMs: number;
  readonly withinMs: number;
  /** A host is down all the time: a mail that waits for it goes on waiting. */
  readonly stays: boolean;
}

async function comesToEnd(range: LiveRange, messageId: string, { sentAtMs, withinMs, stays }: Ending): Promise<void> {
  while (Date.now() - sentAtMs < withinMs) {
    await wait(range, lookMs);
    const lines = range.log.lines().filter(({ atMs }) => atMs >= sentAtMs);
    const message = traceLines(lines, range.dialects)
      .trace()
      .messages.find((each) => each.messageId === messageId);
    if (message === undefined) continue;
    if (isOver(message) || (stays && isParked(message))) {
      await wait(range, doubleMs);
      return;
    }
  }
}

/** Every queue that it was in has let go of it. */
function isOver({ hops, deliveries }: MessageTrace): boolean {
  return deliveries.length > 0 && hops.every(({ leftAtMs }) => leftAtMs !== undefined) && !isExpected(hops, deliveries);
}

/** The next host's `queued as` was read before that host's own lines came in. */
function isExpected(hops: MessageTrace["hops"], deliveries: MessageTrace["deliveries"]): boolean {
  return deliveries.flatMap(({ reply }) => queuedAs(reply) ?? []).some((queueId) => !hops.some((hop) => hop.queueId === queueId));
}

function isParked({ deliveries, hops }: MessageTrace): boolean {
  const open = hops.filter(({ leftAtMs }) => leftAtMs === undefined);
  return (
    open.length > 0 &&
    open.every(({ host, queueId }) =>
      deliveries.some((each) => each.host === host && each.queueId === queueId && each.status === "deferred"),
    )
  );
}

interface Stored {
  readonly address: string;
  readonly host: string | undefined;
  readonly copies: readonly StoredMessage[];
}

async function copiesOf(range: LiveRange, address: string, messageId: string): Promise<Stored> {
  const host = mailboxHosts(range.world)[address];
  const all = host === undefined ? [] : await storedMessages(range, host, address);
  return { address, host, copies: all.filter(({ message }) => message.messageId === messageId) };
}

/** The probe has been seen; nothing of it stays, and no queue manager goes on taking a host for dead because of it. */
async function takeOut(
  range: LiveRange,
  stored: readonly Stored[],
  message: MessageTrace | undefined,
  hostsWereDown: boolean,
): Promise<void> {
  for (const { host, copies } of stored) {
    if (host === undefined || copies.length === 0) continue;
    await range.host(host).run(quote(["rm", "-f", ...copies.map(({ path }) => path)]));
  }
  for (const { host, queueId, leftAtMs } of message?.hops ?? []) {
    if (leftAtMs !== undefined) continue;
    await range.host(host).run(`postsuper -d ${queueId}${hostsWereDown ? "; pkill -x qmgr" : ""}`);
  }
}
