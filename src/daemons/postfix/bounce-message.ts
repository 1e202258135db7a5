import { quoteAddress } from "../../mail/address.ts";
import { mailDate, splitMessage } from "../../mail/message.ts";

/** What a notification tells: that mail could not be delivered, that it is late, that it has arrived. */
export type NotificationKind = "failure" | "delay" | "success";

export interface Notification {
  readonly kind: NotificationKind;
  /** `$myhostname` */
  readonly myHostName: string;
  /** Of the mail that the notification is about. */
  readonly queueId: string;
  readonly sender: string;
  readonly arrivedAtMs: number;
  readonly nowMs: number;
  readonly failures: readonly NotifiedRecipient[];
  /** The mail as it lies in the queue, lines ended by LF. */
  readonly original: Uint8Array;
  /** The sender asked for the header alone (RET=HDRS). Delay warnings and success reports never return more. */
  readonly headersOnly: boolean;
  /** `$bounce_size_limit`: of a larger message only the header is returned. */
  readonly sizeLimitBytes: number;
  /** When the message expires, for a delay warning. */
  readonly retryUntilMs: number;
  /** `$delay_warning_time`, for a delay warning. */
  readonly delayWarningMs: number;
  /** ENVID of the sender, "" where it gave none. */
  readonly envelopeId: string;
  /** `$smtputf8_enable`: the parts say that they are 8-bit UTF-8. */
  readonly utf8: boolean;
  /** The mail asked for SMTPUTF8: report and returned mail are of the `message/global` kinds (RFC 6533). */
  readonly smtpUtf8?: boolean;
  /** Who gets a copy instead of the sender: the postmaster (`notify_classes`). */
  readonly copyTo?: string;
}

/** One recipient of the notification's report. Addresses in their external form, with quotes where they need them. */
export interface NotifiedRecipient {
  readonly recipient: string;
  /** As it was before aliases; the same as `recipient` where nothing changed it. */
  readonly original: string;
  /** ORCPT with its type, `rfc822;alice@meadow.example`; "" where there is none. */
  readonly dsnOriginal: string;
  readonly action: "failed" | "delayed" | "delivered" | "relayed" | "expanded";
  /** `5.4.6` */
  readonly status: string;
  /** The text in the log's brackets. */
  readonly reason: string;
  /** The server that answered, without its address: `mx1.meadow.example`. */
  readonly remoteHost?: string;
  /** The server's reply, one line: `552 5.3.4 Message size exceeds fixed limit`. */
  readonly diagnostic?: string;
}

const subjects: Readonly<Record<NotificationKind, string>> = {
  failure: "Undelivered Mail Returned to Sender",
  delay: "Delayed Mail (still being retried)",
  success: "Successful Mail Delivery Report",
};

const copySubjects: Readonly<Record<NotificationKind, string>> = {
  failure: "Postmaster Copy: Undelivered Mail",
  delay: "Postmaster Warning: Delayed Mail",
  success: "Successful Mail Delivery Report",
};

/**
 * The message that bounce(8) writes, lines ended by LF: from the Date field on. What cleanup(8) adds to every message of this host is
 * not in it: Received before it, Message-Id after its header, `@$myorigin` behind MAILER-DAEMON.
 */
export function bounceMessage(notification: Notification): Buffer {
  const before = [...headerLines(notification), "", ...notificationPart(notification), ...reportPart(notification)];
  const { head, content, after } = originalPart(notification);
  return Buffer.concat([
    Buffer.from([...before, ...head, ""].join("\n"), "utf8"),
    content,
    Buffer.from(["", after, ""].join("\n"), "utf8"),
  ]);
}

function headerLines(notification: Notification): readonly string[] {
  const { kind, copyTo, sender } = notification;
  return [
    `Date: ${mailDate(notification.nowMs)}`,
    "From: Mail Delivery System <MAILER-DAEMON>",
    `Subject: ${copyTo === undefined ? subjects[kind] : copySubjects[kind]}`,
    `To: ${quoteAddress(copyTo ?? sender)}`,
    `Auto-Submitted: ${copyTo === undefined ? "auto-replied" : "auto-generated"}`,
    "MIME-Version: 1.0",
    "Content-Type: multipart/report; report-type=delivery-status;",
    `\tboundary="${boundaryOf(notification)}"`,
    ...encoding(notification),
  ];
}

function boundaryOf(notice: Notification): string {
  return `${notice.queueId}.${Math.floor(notice.nowMs / 1000)}/${notice.myHostName}`;
}

function encoding(notice: Notification): readonly string[] {
  return notice.utf8 ? ["Content-Transfer-Encoding: 8bit"] : [];
}

function notificationPart(notice: Notification): readonly string[] {
  const charset = notice.utf8 ? "utf-8" : "us-ascii";
  const recipients = notice.failures.flatMap(({ recipient, original, reason }) => {
    const expanded = original !== "" && original.toLowerCase() !== recipient.toLowerCase();
    return ["", ...wrap(`<${recipient}>${expanded ? ` (expanded from <${original}>)` : ""}: ${reason}`)];
  });
  return [
    "This is a MIME-encapsulated message.",
    "",
    `--${boundaryOf(notice)}`,
    "Content-Description: Notification",
    `Content-Type: text/plain; charset=${charset}`,
    ...encoding(notice),
    "",
    ...(notice.copyTo === undefined ? introduction(notice) : []),
    ...recipients,
    "",
  ];
}

/** The postmaster's copies do without it. */
function introduction(notice: Notification): readonly string[] {
  return [`This is the mail system at host ${notice.myHostName}.`, "", ...explanation(notice), "", "                   The mail system"];
}

function explanation(notice: Notification): readonly string[] {
  const help = [
    "For further assistance, please send mail to postmaster.",
    "",
    "If you do so, please include this problem report. You can",
    "delete your own text from the attached returned message.",
  ];
  switch (notice.kind) {
    case "failure":
      return [
        "I'm sorry to have to inform you that your message could not",
        "be delivered to one or more recipients. It's attached below.",
        "",
        ...help,
      ];
    case "delay":
      return [
        "####################################################################",
        "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #",
        "####################################################################",
        "",
        `Your message could not be delivered for more than ${Math.floor(notice.delayWarningMs / 3_600_000)} hour(s).`,
        `It will be retried until it is ${Math.floor((notice.retryUntilMs - notice.arrivedAtMs) / 86_400_000)} day(s) old.`,
        "",
        ...help,
      ];
    case "success":
      return [
        "Your message was successfully delivered to the destination(s)",
        "listed below. If the message was delivered to mailbox you will",
        "receive no further notifications. Otherwise you may still receive",
        "notifications of mail delivery errors from other systems.",
      ];
  }
}

function reportPart(notice: Notification): readonly string[] {
  return [
    `--${boundaryOf(notice)}`,
    "Content-Description: Delivery report",
    ...(notice.smtpUtf8 === true
      ? ["Content-Type: message/global-delivery-status", ...encoding(notice)]
      : ["Content-Type: message/delivery-status"]),
    "",
    `Reporting-MTA: dns; ${notice.myHostName}`,
    ...(notice.envelopeId === "" ? [] : [`Original-Envelope-Id: ${notice.envelopeId}`]),
    `X-Postfix-Queue-ID: ${notice.queueId}`,
    `X-Postfix-Sender: ${typed(notice, returnPath(notice))}`,
    `Arrival-Date: ${mailDate(notice.arrivedAtMs)}`,
    ...notice.failures.flatMap((failure) => recipientFields(notice, failure)),
    "",
  ];
}

function recipientFields(notice: Notification, failure: NotifiedRecipient): readonly string[] {
  const { recipient, original, dsnOriginal, remoteHost, diagnostic, reason } = failure;
  const originalRecipient = dsnOriginal !== "" ? dsnOriginal : original !== "" ? typed(notice, original) : undefined;
  return [
    "",
    `Final-Recipient: ${typed(notice, recipient)}`,
    ...(originalRecipient === undefined ? [] : [`Original-Recipient: ${originalRecipient}`]),
    `Action: ${failure.action}`,
    `Status: ${failure.status}`,
    ...(remoteHost === undefined ? [] : [`Remote-MTA: dns; ${remoteHost}`]),
    ...wrap(diagnostic === undefined ? `Diagnostic-Code: X-Postfix; ${reason}` : `Diagnostic-Code: smtp; ${diagnostic}`),
    ...(notice.kind === "delay" ? [`Will-Retry-Until: ${mailDate(notice.retryUntilMs)}`] : []),
  ];
}

/** The sender, or who stands for it where a notification itself cannot be delivered. */
function returnPath({ sender, myHostName }: Notification): string {
  return sender === "" ? `MAILER-DAEMON@${myHostName}` : quoteAddress(sender);
}

/** `rfc822; alice@meadow.example`, or `utf-8; älice@meadow.example` in the report of an internationalised mail. */
function typed(notice: Notification, address: string): string {
  const international = notice.smtpUtf8 === true && /[^\p{ASCII}]/u.test(address);
  return `${international ? "utf-8" : "rfc822"}; ${address}`;
}

const returnedParts: Readonly<Record<NotificationKind, string>> = {
  failure: "Undelivered Message",
  delay: "Undelivered Message",
  success: "Message",
};

/** The returned mail: what stands before it, its bytes, and the line that ends the notification. */
function originalPart(notice: Notification): { readonly head: readonly string[]; readonly content: Uint8Array; readonly after: string } {
  const headersOnly = notice.kind !== "failure" || notice.headersOnly || notice.original.length > notice.sizeLimitBytes;
  const head = [
    `--${boundaryOf(notice)}`,
    `Content-Description: ${returnedParts[notice.kind]}${headersOnly ? " Headers" : ""}`,
    `Content-Type: ${returnedType(headersOnly, notice.smtpUtf8 === true)}`,
    ...encoding(notice),
    "",
    `Return-Path: <${returnPath(notice)}>`,
  ];
  const whole = headersOnly ? endedByNewline(splitMessage(notice.original).header) : endedByNewline(notice.original);
  return { head, content: whole, after: `--${boundaryOf(notice)}--` };
}

function returnedType(headersOnly: boolean, international: boolean): string {
  if (international) return headersOnly ? "message/global-headers" : "message/global";
  return headersOnly ? "text/rfc822-headers" : "message/rfc822";
}

function endedByNewline(content: Uint8Array): Uint8Array {
  return content.length === 0 || content.at(-1) === 0x0a ? content : Buffer.concat([content, Buffer.from("\n")]);
}

/** Breaks a text at white space so that no line is longer than 79 characters, later lines indented by four. */
function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    const limit = lines.length === 0 ? 79 : 75;
    if (line !== "" && longer.length > limit) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  lines.push(line);
  return lines.map((part, index) => (index === 0 ? part : `    ${part}`));
}
