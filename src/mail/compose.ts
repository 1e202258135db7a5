import { mailDate } from "./message.ts";

/** A message as somebody wants it sent. */
export interface MailDraft {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** The whole message is padded with an attachment to this size. */
  readonly sizeBytes?: number;
  /** Extra or replacing header fields, `Name: value`. */
  readonly headers?: readonly string[];
}

export interface DraftStamp {
  /** With its angle brackets. */
  readonly messageId: string;
  readonly atMs: number;
}

/** Base64 text of an attachment: 76 characters a line, the last one included. */
const paddingLine = "TWFpbGRyaWxsIHBhZGRpbmcuIE1haWxkcmlsbCBwYWRkaW5nLiBNYWlsZHJpbGwgcGFkZGluZy4g";

/**
 * The RFC 5322 text of a draft, lines ended by LF as sendmail(1) takes them, without a newline at the end of the last line missing.
 * The same draft and stamp give the same bytes. With `sizeBytes` the message is that long as it stands here, to the byte where the
 * text leaves room for an attachment; CRLF on the wire makes it longer, and so do the fields that servers add.
 */
export function composeMail(draft: MailDraft, stamp: DraftStamp): string {
  const fields = new Map<string, string>();
  const put = (field: string) => {
    const name = field.slice(0, field.indexOf(":"));
    fields.set(name.toLowerCase(), field);
  };
  put(`From: ${draft.from}`);
  put(`To: ${draft.to.join(", ")}`);
  put(`Subject: ${draft.subject}`);
  put(`Date: ${mailDate(stamp.atMs, { zoneName: false })}`);
  put(`Message-ID: ${stamp.messageId}`);
  for (const field of draft.headers ?? []) put(field);
  const text = draft.text.endsWith("\n") ? draft.text : `${draft.text}\n`;
  const plain = `${[...fields.values()].join("\n")}\n\n${text}`;
  if (draft.sizeBytes === undefined || byteLength(plain) >= draft.sizeBytes) return plain;
  return withAttachment([...fields.values()], text, draft.sizeBytes);
}

function withAttachment(fields: readonly string[], text: string, sizeBytes: number): string {
  const boundary = "=_padding";
  const head = [
    ...fields,
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    `${text}--${boundary}`,
    'Content-Type: application/octet-stream; name="attachment.bin"',
    "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="attachment.bin"',
    "",
    "",
  ].join("\n");
  const tail = `--${boundary}--\n`;
  return head + padding(sizeBytes - byteLength(head) - byteLength(tail)) + tail;
}

/** Lines of base64, `bytes` long with their newlines; "" where there is no room for one. */
function padding(bytes: number): string {
  if (bytes < 1) return "";
  const lineBytes = paddingLine.length + 1;
  const lines = Math.floor(bytes / lineBytes);
  const rest = bytes - lines * lineBytes;
  const last = rest === 0 ? "" : `${paddingLine.slice(0, rest - 1)}\n`;
  return `${paddingLine}\n`.repeat(lines) + last;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
