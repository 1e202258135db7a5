import { randomBytes } from "node:crypto";
import { quote } from "../../../base/shell-words.ts";
import { composeMail } from "../../../mail/compose.ts";
import { sendmailCommand } from "../../../mail/sendmail.ts";
import { type Found, fatesOf } from "../../../trace/fate.ts";
import { queuedAs } from "../../../trace/queued-as.ts";
import { createLineTracer, traceLines } from "../../../trace/read-lines.ts";
import type { SendAnswer, SendQuestion } from "../../../world/question.ts";
import type { MessageTrace } from "../../../world/trace.ts";
import { hasDaemon, mailboxHosts } from "../../../world/world.ts";
import { isolate, restoreFilter } from "../effects/firewall.ts";
import type { LiveHost } from "../live-host.ts";
import { type LiveRange, wait } from "../live-range.ts";
import { hideProbe, settledLines } from "../probe-lines.ts";
import { type StoredMessage, storedMessages } from "./mailbox.ts";

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
    const over = comesToEnd(range, messageId, { withinMs, stays: whileDown.length > 0 });
    // Whoever hears first that the range goes down tells it; the other has nothing to add.
    over.catch(() => {});
    await range.host(from).run(sendmailCommand(mail.from, mail.to), { stdin: composeMail(mail, { messageId, atMs: sentAtMs }) });
    if (await over) await wait(range, doubleMs);
    const stored = await Promise.all(mail.to.map((address) => copiesOf(range, address, messageId)));
    const lines = await settledLines(range, sentAtMs);
    const tracer = traceLines(lines, range.dialects);
    const found: Found[] = stored.map(({ address, copies }) => ({ address, copies: copies.length }));
    const recipients = fatesOf(tracer, messageId, found, mailboxHosts(range.world));
    const own = withReports(tracer.trace().messages, messageId);
    const reports = own.filter((each) => each.messageId !== messageId);
    await takeOut(range, [...stored, ...(await placesOf(range, reports))], own, whileDown.length > 0);
    await hideProbe(range, sentAtMs, { messageIds: own.map((each) => each.messageId), envelope: mail });
    return { ask: "send", messageId, recipients };
  } finally {
    for (const host of whileDown) await restoreFilter(range, host);
  }
}

/** How a probe's mail is called: no program calls a mail so. */
const probeId = /^<[0-9a-f]{24}@/;

/** Takes out what probes left that were cut off, with their process. */
export async function takeOutUnfinished(range: LiveRange): Promise<void> {
  const { messages } = traceLines(range.log.lines(), range.dialects).trace();
  for (const { messageId } of messages.filter((each) => probeId.test(each.messageId))) {
    const own = withReports(messages, messageId);
    await takeOut(range, await placesOf(range, own), own, true);
    await hideProbe(range, 0, { messageIds: own.map((each) => each.messageId) });
  }
}

interface Ending {
  readonly withinMs: number;
  /** A host is down all the time: a mail that waits for it goes on waiting. */
  readonly stays: boolean;
}

/** Listens to the range's log until the mail has come to its end. @returns whether it did within the time */
async function comesToEnd(range: LiveRange, messageId: string, { withinMs, stays }: Ending): Promise<boolean> {
  const { tracer, add } = createLineTracer(range.dialects);
  const over = new AbortController();
  const leave = range.log.follow((line) => {
    add(line);
    const message = tracer.trace().messages.find((each) => each.messageId === messageId);
    if (message !== undefined && (isOver(message) || (stays && isParked(message)))) over.abort();
  });
  try {
    await wait(range, withinMs, over.signal);
  } finally {
    leave();
  }
  return over.signal.aborted;
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

/** The probe's message, the reports on it, and those on the reports. */
function withReports(messages: readonly MessageTrace[], messageId: string): MessageTrace[] {
  const reports = messages.filter(({ dsnOf }) => dsnOf === messageId).flatMap((report) => withReports(messages, report.messageId));
  return [...messages.filter((each) => each.messageId === messageId), ...reports];
}

/** Where messages lie by now. */
function placesOf(range: LiveRange, messages: readonly MessageTrace[]): Promise<Stored[]> {
  return Promise.all(
    messages.flatMap(({ messageId, deliveries }) => deliveries.map(({ recipient }) => copiesOf(range, recipient, messageId))),
  );
}

/** The probe has been seen; nothing of it stays, and no queue manager goes on taking a host for dead because of it. */
async function takeOut(range: LiveRange, stored: readonly Stored[], own: readonly MessageTrace[], hostsWereDown: boolean): Promise<void> {
  for (const { host, address, copies } of stored) {
    if (host === undefined || copies.length === 0) continue;
    await removeCopies(range.host(host), address, copies);
  }
  for (const { host, queueId, leftAtMs } of own.flatMap(({ hops }) => hops)) {
    if (leftAtMs !== undefined) continue;
    await range.host(host).run(`postsuper -d ${queueId}${hostsWereDown ? "; pkill -x qmgr" : ""}`);
  }
}

/** Dovecot's indexes and its count of the quota go along where Dovecot keeps the mailbox. */
async function removeCopies({ host, run }: LiveHost, address: string, copies: readonly StoredMessage[]): Promise<void> {
  const [messageId = ""] = copies.map(({ message }) => message.messageId);
  if (hasDaemon(host, "dovecot"))
    await run(quote(["doveadm", "expunge", "-u", address, "mailbox", "*", "header", "message-id", messageId]));
  await run(quote(["rm", "-f", ...copies.map(({ path }) => path)]));
}
