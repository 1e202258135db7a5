import { replyText } from "../../../../../daemons/postfix/restrictions/verdict.ts";
import { type Answer, bad, type Conversation, good } from "./conversation.ts";
import type { CommandToken } from "./tokens.ts";
import type { Transaction } from "./transaction.ts";

/** How much a stream between two programs holds before it is passed on. */
const streamBufferBytes = 64 * 1024;

/** Why no content may come now. @returns undefined when it may */
function notReady(session: Conversation): Answer | undefined {
  const { transaction } = session;
  if (transaction === undefined) return bad("503 5.5.1 Error: need RCPT command");
  return transaction.recipients.length === 0 ? bad("554 5.5.1 Error: no valid recipients") : undefined;
}

export async function data(session: Conversation, tokens: readonly CommandToken[]): Promise<Answer> {
  const { transaction, policy, link } = session;
  if (session.chunkRefused || transaction?.chunks !== undefined) return bad("503 5.5.1 Error: DATA after BDAT");
  const refused = notReady(session);
  if (refused !== undefined || transaction === undefined) return refused ?? bad("503 5.5.1 Error: need RCPT command");
  if (tokens.length > 1) return bad("501 5.5.4 Syntax: DATA");
  const denied = await deniedContent(session);
  if (denied !== undefined) return denied;
  link.reply("354 End data with <CR><LF>.<CR><LF>");
  const limit = policy.sizeBytes("message_size_limit");
  transaction.receiving = true;
  const message = await link.readMessage(limit > 0 ? limit + 1 : Number.POSITIVE_INFINITY);
  transaction.receiving = false;
  if (!message.complete) {
    session.brokenOff("DATA", message.sizeBytes);
    transaction.logHeader(message.content);
    session.transaction = undefined;
    session.closeBroken();
    return { lines: [], good: false };
  }
  return finish(session, transaction, message.content, message.sizeBytes, "");
}

async function deniedContent(session: Conversation): Promise<Answer | undefined> {
  const refusal = (await session.decide("data")).reject;
  if (refusal !== undefined) {
    session.logReject(replyText(refusal));
    return bad(replyText(refusal));
  }
  const filtered = await session.filters?.data();
  return filtered === undefined ? undefined : bad(filtered);
}

/** The whole content is there. @param received what BDAT's reply says about it */
async function finish(
  session: Conversation,
  transaction: Transaction,
  content: Buffer,
  sizeBytes: number,
  received: string,
): Promise<Answer> {
  const { policy } = session;
  const limit = policy.sizeBytes("message_size_limit");
  const end = (answer: Answer): Answer => {
    session.where = "END-OF-MESSAGE";
    session.transaction = undefined;
    return answer;
  };
  if (limit > 0 && sizeBytes > limit) {
    // cleanup sees what smtpd's buffer has passed on: the header of a long message before smtpd counts too many bytes.
    const passedOn = sizeBytes > streamBufferBytes;
    if (passedOn) transaction.logHeader(content);
    session.warn(`${transaction.queueId}: queue file size limit exceeded`);
    if (!passedOn) transaction.logHeader(content);
    session.system.cleanup.logTooLarge();
    return end(bad("552 5.3.4 Error: message file too big"));
  }
  const refusal = (await session.decide("end-of-message")).reject;
  if (refusal !== undefined) {
    session.logReject(replyText(refusal), undefined, "END-OF-MESSAGE");
    return end(bad(replyText(refusal)));
  }
  const result = await transaction.submit(content);
  if (result.outcome === "failed") return end(bad(result.reply));
  return end(good(`250 2.0.0 Ok: ${received}queued as ${result.queueId}`));
}

/** The keyword is not announced (`smtpd_discard_ehlo_keywords`), so what it stands for is not there. */
function isDiscarded(session: Conversation, keyword: string): boolean {
  return session.policy.list("smtpd_discard_ehlo_keywords").some((word) => word.toUpperCase() === keyword);
}

export async function bdat(session: Conversation, tokens: readonly CommandToken[]): Promise<Answer> {
  const { transaction, link, policy } = session;
  const [, count, last, ...more] = tokens.map((token) => token.text);
  const wellFormed = count !== undefined && /^\d{1,15}$/.test(count) && (last === undefined || /^last$/i.test(last)) && more.length === 0;
  if (!wellFormed) {
    const prefix = transaction?.queueId === undefined ? "" : `${transaction.queueId}: `;
    const line = tokens.map((token) => token.text).join(" ");
    session.warn(`${prefix}malformed BDAT command syntax from ${session.peerText}: ${line.slice(0, 100)}`);
    return { lines: ["521 5.5.4 Syntax: BDAT count [LAST]"], good: false, bye: true };
  }
  if (isDiscarded(session, "CHUNKING")) return { lines: ["521 5.5.1 Error: command not implemented"], good: false, bye: true };
  const limit = policy.sizeBytes("message_size_limit");
  const before = (transaction?.chunks ?? []).reduce((sum, chunk) => sum + chunk.length, 0);
  const refused = notReady(session);
  const denied = refused === undefined && transaction?.chunks === undefined ? await deniedContent(session) : refused;
  if (transaction !== undefined) transaction.receiving = true;
  const chunk = await link.readBytes(Number(count));
  if (transaction !== undefined) transaction.receiving = false;
  if (chunk === undefined) {
    session.brokenOff("BDAT", before);
    session.closeBroken();
    return { lines: [], good: false };
  }
  session.chunkRefused = last === undefined && (denied !== undefined || transaction === undefined);
  if (denied !== undefined || transaction === undefined) return denied ?? bad("503 5.5.1 Error: need RCPT command");
  if (limit > 0 && before + chunk.length > limit) {
    session.warn(`${transaction.queueId}: BDAT request from ${session.peerText} exceeds message size limit`);
    session.transaction = undefined;
    return bad("552 5.3.4 Chunk exceeds message size limit");
  }
  transaction.chunks = [...(transaction.chunks ?? []), chunk];
  if (last === undefined) return good(`250 2.0.0 Ok: ${count} bytes`);
  const content = Buffer.concat(transaction.chunks);
  return finish(session, transaction, content, content.length, `${content.length} bytes `);
}
