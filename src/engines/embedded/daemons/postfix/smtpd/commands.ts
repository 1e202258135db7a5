import { replyText } from "../../../../../daemons/postfix/restrictions/verdict.ts";
import { splitAddress } from "../../../../../mail/address.ts";
import { addressLiteral, isHostName } from "../../../../../mail/host-name.ts";
import { recipientAddress, senderAddress } from "./address-argument.ts";
import { auth } from "./auth-command.ts";
import { bdat, data } from "./content-commands.ts";
import { type Answer, bad, type Conversation, good } from "./conversation.ts";
import { mailParameters, rcptParameters } from "./parameters.ts";
import type { CommandToken } from "./tokens.ts";
import { xclient, xclientLine, xforward, xforwardLine } from "./told-client.ts";
import { Transaction } from "./transaction.ts";

/** One SMTP command of smtpd's table. */
export interface CommandHandler {
  /** As the `disconnect` line counts it. */
  readonly name: string;
  /** The client must wait for the reply before it goes on, PIPELINING or not. */
  readonly last: boolean;
  /** Counts against `smtpd_junk_command_limit`. */
  readonly limited: boolean;
  run(session: Conversation, tokens: readonly CommandToken[]): Answer | Promise<Answer>;
}

type Run = CommandHandler["run"];

function words(tokens: readonly CommandToken[], from: number): readonly string[] {
  return tokens.slice(from).map((token) => token.text);
}

const helo: Run = async (session, tokens) => {
  if (tokens.length < 2) return bad("501 Syntax: HELO hostname");
  return (await greeted(session, tokens, "SMTP")) ?? good(`250 ${session.policy.get("myhostname")}`);
};

/** In the order of Postfix's table (ehlo_mask.c), which is that of its log line. */
const ehloKeywords = [
  ...["8BITMIME", "AUTH", "ETRN", "PIPELINING", "SIZE", "VERP", "VRFY", "XCLIENT", "XFORWARD", "STARTTLS", "ENHANCEDSTATUSCODES", "DSN"],
  ...["SMTPUTF8", "CHUNKING"],
];

const ehlo: Run = async (session, tokens) => {
  if (tokens.length < 2) return bad("501 Syntax: EHLO hostname");
  const refused = await greeted(session, tokens, "ESMTP");
  if (refused !== undefined) return refused;
  const discarded = new Set(session.policy.list("smtpd_discard_ehlo_keywords").map((word) => word.toUpperCase()));
  const named = ehloKeywords.filter((keyword) => discarded.has(keyword));
  if (named.length > 0 && !discarded.has("SILENT-DISCARD"))
    session.system.log.info(session.worker, `discarding EHLO keywords: ${named.join(" ")}`);
  return good(...capabilities(session, discarded));
};

/** A new greeting forgets the transaction. @returns the refusal, if there is one */
async function greeted(session: Conversation, tokens: readonly CommandToken[], protocol: "SMTP" | "ESMTP"): Promise<Answer | undefined> {
  const before = { name: session.heloName, protocol: session.protocol };
  session.heloName = words(tokens, 1).join(" ");
  session.chunkRefused = false;
  session.transaction?.abandon();
  session.transaction = undefined;
  session.forwarded = undefined;
  const refusal = (await session.decide("helo")).reject;
  if (refusal !== undefined) {
    const reply = replyText(refusal);
    session.logReject(reply);
    session.heloName = before.name;
    return bad(reply);
  }
  await session.filters?.helo(session.heloName);
  session.protocol = protocol;
  return undefined;
}

function capabilities(session: Conversation, discarded: ReadonlySet<string>): readonly string[] {
  const { policy } = session;
  const size = policy.sizeBytes("message_size_limit");
  const offered = [
    "PIPELINING",
    size > 0 ? `SIZE ${size}` : "SIZE",
    ...(policy.bool("disable_vrfy_command") ? [] : ["VRFY"]),
    "ETRN",
    ...authLines(session),
    ...(session.trusts("smtpd_authorized_xclient_hosts") ? [xclientLine] : []),
    ...(session.trusts("smtpd_authorized_xforward_hosts") ? [xforwardLine] : []),
    "ENHANCEDSTATUSCODES",
    "8BITMIME",
    "DSN",
    ...(policy.bool("smtputf8_enable") ? ["SMTPUTF8"] : []),
    "CHUNKING",
  ].filter((keyword) => !discarded.has(keyword.split(/[ =]/)[0] ?? ""));
  const lines = [policy.get("myhostname"), ...offered];
  return lines.map((line, index) => `250${index === lines.length - 1 ? " " : "-"}${line}`);
}

/** `AUTH=` is how clients before RFC 2554 want it (`broken_sasl_auth_clients`). */
function authLines({ sasl, policy, hidesAuth }: Conversation): readonly string[] {
  if (sasl === undefined || hidesAuth) return [];
  const names = sasl.mechanisms.join(" ");
  return [`AUTH ${names}`, ...(policy.bool("broken_sasl_auth_clients") ? [`AUTH=${names}`] : [])];
}

const mail: Run = async (session, tokens) => {
  const { policy } = session;
  if (policy.bool("smtpd_helo_required") && session.heloName === undefined) return bad("503 5.5.1 Error: send HELO/EHLO first");
  if (session.transaction !== undefined) return bad("503 5.5.1 Error: nested MAIL command");
  if (session.chunkRefused) return bad("503 5.5.1 Error: MAIL after BDAT");
  const argument = tokens[2];
  if (argument === undefined || tokens[1]?.text.toLowerCase() !== "from:") return bad("501 5.5.4 Syntax: MAIL FROM:<address>");
  if (!session.countMessage()) return bad(`450 4.7.1 Error: too much mail from ${session.client.address}`);
  if (argument.broken) return bad("501 5.1.7 Bad sender address syntax");
  const parsed = mailParameters(words(tokens, 3), session.sasl !== undefined);
  if ("reply" in parsed) return bad(parsed.reply);
  const sender = senderAddress(session, argument.text);
  if (sender === undefined) return bad("501 5.1.7 Bad sender address syntax");
  const full = queueFull(session);
  if (full !== undefined) return full;
  session.transaction = new Transaction(session, sender, parsed.parameters);
  const refused = await refusedSender(session, parsed.parameters.sizeBytes);
  if (refused !== undefined) session.transaction = undefined;
  return refused ?? good("250 2.1.0 Ok");
};

async function refusedSender(session: Conversation, sizeBytes: number): Promise<Answer | undefined> {
  const decision = await session.decide("mail");
  const limit = session.policy.sizeBytes("message_size_limit");
  const reply =
    decision.reject !== undefined
      ? replyText(decision.reject)
      : limit > 0 && sizeBytes > limit
        ? "552 5.3.4 Message size exceeds fixed limit"
        : undefined;
  if (reply !== undefined) {
    session.logReject(reply);
    return bad(reply);
  }
  const filtered = await session.filters?.mail(session.transaction?.sender ?? "");
  return filtered === undefined ? undefined : bad(filtered);
}

/** What a disk without a limit of its own counts as having free: 80 GB. */
const ampleBytes = 80 * 1024 ** 3;

/** The queue's disk must hold one and a half of the largest message, and `queue_minfree`. */
function queueFull(session: Conversation): Answer | undefined {
  const { policy, system } = session;
  const free = system.machine.files.freeBytes(system.queue.directory);
  const freeBytes = Number.isFinite(free) ? free : ampleBytes;
  const needed = 1.5 * policy.sizeBytes("message_size_limit");
  if (freeBytes > needed && freeBytes > policy.sizeBytes("queue_minfree")) return undefined;
  const reply = "452 4.3.1 Insufficient system storage";
  session.transcript.error("resource");
  session.logReject(reply);
  session.warn(`not enough free space in mail queue: ${freeBytes} bytes < 1.5*message size limit`);
  return bad(reply);
}

const rcpt: Run = async (session, tokens) => {
  const { transaction, policy } = session;
  if (transaction === undefined) return bad("503 5.5.1 Error: need MAIL command");
  if (transaction.chunks !== undefined) return bad("503 5.5.1 Error: RCPT after BDAT");
  const argument = tokens[2];
  if (argument === undefined || tokens[1]?.text.toLowerCase() !== "to:") return bad("501 5.5.4 Syntax: RCPT TO:<address>");
  if (!session.countRecipient()) return bad(`450 4.7.1 Error: too many recipients from ${session.client.address}`);
  if (argument.broken) return bad("501 5.1.3 Bad recipient address syntax");
  const address = recipientAddress(session, argument.text);
  if (address === undefined) return bad("501 5.1.3 Bad recipient address syntax");
  const parsed = rcptParameters(words(tokens, 3));
  if ("reply" in parsed) {
    if (parsed.warning !== undefined) session.warn(parsed.warning);
    return bad(parsed.reply);
  }
  if (transaction.recipients.length >= policy.int("smtpd_recipient_limit")) {
    const spared = transaction.overshoot++ < policy.int("smtpd_recipient_overshoot_limit");
    return { lines: ["452 4.5.3 Error: too many recipients"], good: spared };
  }
  const decision = await session.decide("rcpt", address);
  if (decision.reject !== undefined) {
    const reply = replyText(decision.reject);
    session.logReject(reply, address);
    return bad(reply);
  }
  for (const act of decision.acts) if (act.action === "hold" || act.action === "discard") transaction.wishes.add(act.action);
  const filtered = await session.filters?.rcpt(address);
  if (filtered !== undefined) return bad(filtered);
  transaction.accept({ address, ...parsed.parameters });
  session.forwarded = undefined;
  return good("250 2.1.5 Ok");
};

const rset: Run = (session, tokens) => {
  if (tokens.length > 1) return bad("501 5.5.4 Syntax: RSET");
  session.chunkRefused = false;
  session.transaction?.abandon();
  session.transaction = undefined;
  session.forwarded = undefined;
  session.filters?.abort();
  return good("250 2.0.0 Ok");
};

const vrfy: Run = async (session, tokens) => {
  if (session.policy.bool("disable_vrfy_command")) return bad("502 5.5.1 VRFY command is disabled");
  const argument = tokens[1];
  const utf8 = session.policy.bool("smtputf8_enable") ? " [SMTPUTF8]" : "";
  if (argument === undefined) return bad(`501 5.5.4 Syntax: VRFY address${utf8}`);
  const address = argument.broken ? undefined : recipientAddress(session, argument.text);
  if (address === undefined) return bad("501 5.1.3 Bad recipient address syntax");
  const refusal = (await session.decide("rcpt", address)).reject;
  if (refusal === undefined) return good(`252 2.0.0 ${argument.text}`);
  session.logReject(replyText(refusal), address);
  return bad(replyText(refusal));
};

const etrn: Run = (session, tokens) => {
  if (session.policy.bool("smtpd_helo_required") && session.heloName === undefined) return bad("503 Error: send HELO/EHLO first");
  if (session.transaction !== undefined) return bad("503 Error: MAIL transaction in progress");
  const [, argument, ...more] = words(tokens, 0);
  if (argument === undefined || more.length > 0) return bad("500 Syntax: ETRN domain");
  const domain = argument.replace(/^[@#]/, "");
  if (!isHostName(domain) && addressLiteral(domain) === undefined) return bad("501 Error: invalid parameter syntax");
  const resolved = session.system.tables.addresses.resolve(`x@${domain}`);
  if ("warnings" in resolved) return bad("458 Unable to queue messages");
  // fast_flush_domains = $relay_domains
  if (resolved.addressClass === "relay") {
    session.system.flushDomain(splitAddress(`x@${domain}`).domain ?? domain);
    return good("250 Queuing started");
  }
  session.warn(`reject: ETRN ${domain.slice(0, 100)}... from ${session.peerText}`);
  return bad(`459 <${domain}>: service unavailable`);
};

const table: readonly CommandHandler[] = [
  { name: "helo", last: true, limited: true, run: helo },
  { name: "ehlo", last: true, limited: true, run: ehlo },
  { name: "xclient", last: false, limited: false, run: xclient },
  { name: "xforward", last: false, limited: false, run: xforward },
  { name: "starttls", last: false, limited: false, run: () => bad("502 5.5.1 Error: command not implemented") },
  { name: "auth", last: false, limited: false, run: auth },
  { name: "mail", last: false, limited: false, run: mail },
  { name: "rcpt", last: false, limited: false, run: rcpt },
  { name: "data", last: true, limited: false, run: data },
  { name: "bdat", last: false, limited: false, run: bdat },
  { name: "rset", last: false, limited: true, run: rset },
  { name: "noop", last: true, limited: true, run: () => good("250 2.0.0 Ok") },
  { name: "vrfy", last: true, limited: true, run: vrfy },
  { name: "etrn", last: false, limited: true, run: etrn },
  { name: "quit", last: false, limited: false, run: () => ({ lines: ["221 2.0.0 Bye"], good: true, bye: true }) },
];

/** By name, lower case. */
export const commandTable: ReadonlyMap<string, CommandHandler> = new Map(table.map((handler) => [handler.name, handler]));
