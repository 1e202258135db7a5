/** A message's header fields, each with its continuation lines, and the body behind them. */
export interface SplitContent {
  /** Whole fields as they stand, lines joined by LF, without the last line end; latin1. */
  readonly fields: readonly string[];
  /** From the first line after the header; begins with the blank line where there is one. */
  readonly body: Buffer;
  /** False where the header ended at a line that is no header field: a blank line is put between. */
  readonly separated: boolean;
}

const headerField = /^[\x21-\x39\x3b-\x7e]+[ \t]*:/;

/** Splits a message as cleanup(8) reads it. Lines may end in LF or CRLF. */
export function splitContent(content: Buffer): SplitContent {
  const fields: string[] = [];
  let at = 0;
  while (at < content.length) {
    const lineFeed = content.indexOf(0x0a, at);
    const end = lineFeed === -1 ? content.length : lineFeed;
    const next = lineFeed === -1 ? content.length : lineFeed + 1;
    const stop = end > at && content[end - 1] === 0x0d ? end - 1 : end;
    if (stop === at) return { fields, body: content.subarray(at), separated: true };
    const line = content.toString("latin1", at, stop);
    if (/^[ \t]/.test(line) && fields.length > 0) fields[fields.length - 1] += `\n${line}`;
    else if (headerField.test(line)) fields.push(line);
    // An mbox file that was handed in whole (`From ` line) is taken as a field's place and dropped.
    else if (!(fields.length === 0 && /^>?From /.test(line))) return { fields, body: content.subarray(at), separated: false };
    at = next;
  }
  return { fields, body: content.subarray(at), separated: false };
}

/** Joins fields and body again, lines ended by LF where we write them. */
export function joinContent(fields: readonly string[], body: Buffer, separated: boolean): Buffer {
  const head = fields.map((field) => `${field}\n`).join("");
  return Buffer.concat([Buffer.from(separated ? head : `${head}\n`, "latin1"), body]);
}

/** The name before the colon, lower case. */
export function fieldName(field: string): string {
  return field.slice(0, field.indexOf(":")).trim().toLowerCase();
}

/** What follows the colon, without the white space before it. */
export function fieldValue(field: string): string {
  return field.slice(field.indexOf(":") + 1).replace(/^[ \t]+/, "");
}
