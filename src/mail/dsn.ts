import { headerValue, parseHeader } from "./message.ts";

/** A delivery status notification (RFC 3464), read. */
export interface DeliveryReport {
  /** `mx2.meadow.example`, without its type. */
  readonly reportingMta: string;
  readonly arrivalDate?: string;
  /** Further fields about the message as they stand, by lower-case name: `x-postfix-queue-id`. */
  readonly perMessage: Readonly<Record<string, string>>;
  readonly recipients: readonly RecipientReport[];
  /** The Message-ID of the mail it reports on, with its angle brackets, where its header came along. */
  readonly originalMessageId?: string;
}

export interface RecipientReport {
  readonly finalRecipient: string;
  readonly originalRecipient?: string;
  readonly action: "failed" | "delayed" | "delivered" | "relayed" | "expanded";
  /** `5.4.6` */
  readonly status: string;
  readonly remoteMta?: string;
  /** Without its type: `552 5.3.4 Message size exceeds fixed limit`. */
  readonly diagnostic?: string;
  /** `smtp`, `X-Postfix` */
  readonly diagnosticType?: string;
  readonly willRetryUntil?: string;
}

/** Reads the report out of a message. @returns undefined when it is no delivery status notification */
export function readReport(message: string): DeliveryReport | undefined {
  const contentType = headerValue(parseHeader(message), "Content-Type") ?? "";
  if (!/multipart\/report/i.test(contentType) || !/report-type="?delivery-status/i.test(contentType)) return undefined;
  const boundary = /boundary=(?:"([^"]*)"|([^\s;]+))/i.exec(contentType);
  const parts = partsOf(message, boundary?.[1] ?? boundary?.[2] ?? "");
  const status = parts.find((part) => /^message\/(global-)?delivery-status/i.test(part.type));
  if (status === undefined) return undefined;
  const groups = status.body
    .split(/\r?\n\s*\r?\n/)
    .map((group) => parseHeader(`${group.trim()}\n\n`))
    .filter((fields) => fields.length > 0);
  const [message_ = [], ...recipients] = groups;
  const perMessage = Object.fromEntries(message_.map((field) => [field.name.toLowerCase(), field.value]));
  const original = parts.find((part) => /^(message\/rfc822|text\/rfc822-headers|message\/global)/i.test(part.type));
  const originalMessageId = original === undefined ? undefined : headerValue(parseHeader(original.body), "Message-ID");
  return {
    reportingMta: untyped(perMessage["reporting-mta"] ?? "").value,
    ...(perMessage["arrival-date"] === undefined ? {} : { arrivalDate: perMessage["arrival-date"] }),
    perMessage,
    recipients: recipients.map(recipientReport),
    ...(originalMessageId === undefined ? {} : { originalMessageId }),
  };
}

function recipientReport(fields: ReturnType<typeof parseHeader>): RecipientReport {
  const typed = (name: string) => {
    const value = headerValue(fields, name);
    return value === undefined ? undefined : untyped(value);
  };
  const original = typed("Original-Recipient");
  const remote = typed("Remote-MTA");
  const diagnostic = typed("Diagnostic-Code");
  const retry = headerValue(fields, "Will-Retry-Until");
  return {
    finalRecipient: typed("Final-Recipient")?.value ?? "",
    ...(original === undefined ? {} : { originalRecipient: original.value }),
    action: (headerValue(fields, "Action")?.toLowerCase() ?? "failed") as RecipientReport["action"],
    status: headerValue(fields, "Status") ?? "",
    ...(remote === undefined ? {} : { remoteMta: remote.value }),
    ...(diagnostic === undefined ? {} : { diagnostic: diagnostic.value.replace(/\s+/g, " "), diagnosticType: diagnostic.type }),
    ...(retry === undefined ? {} : { willRetryUntil: retry }),
  };
}

/** `rfc822; alice@meadow.example` → its type and the value. */
function untyped(text: string): { readonly type: string; readonly value: string } {
  const semicolon = text.indexOf(";");
  return semicolon < 0
    ? { type: "", value: text.trim() }
    : { type: text.slice(0, semicolon).trim(), value: text.slice(semicolon + 1).trim() };
}

interface Part {
  readonly type: string;
  readonly body: string;
}

function partsOf(message: string, boundary: string): readonly Part[] {
  if (boundary === "") return [];
  const delimiter = boundary.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pieces = message.split(new RegExp(`(?:^|\\r?\\n)--${delimiter}(?:--)?[ \\t]*(?:\\r?\\n|$)`)).slice(1);
  return pieces.map((piece) => {
    const gap = /\r?\n\r?\n/.exec(piece);
    const head = gap === null ? piece : piece.slice(0, gap.index);
    const body = gap === null ? "" : piece.slice(gap.index + gap[0].length);
    return { type: headerValue(parseHeader(`${head}\n\n`), "Content-Type") ?? "text/plain", body };
  });
}
