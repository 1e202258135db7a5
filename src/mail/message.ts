/** One header field of a message. */
export interface HeaderField {
  readonly name: string;
  /** Unfolded: line ends are dropped, the white space after them stays; no white space around it. */
  readonly value: string;
}

const lf = 0x0a;
const cr = 0x0d;

/** Where the body starts: the offset after the empty line, or the length of the message where there is none. */
export function bodyOffset(message: Uint8Array): number {
  let lineStart = 0;
  for (;;) {
    if (message[lineStart] === lf) return lineStart + 1;
    if (message[lineStart] === cr && message[lineStart + 1] === lf) return lineStart + 2;
    const end = message.indexOf(lf, lineStart);
    if (end < 0) return message.length;
    lineStart = end + 1;
  }
}

/** The header section and the body, split without copying. The empty line belongs to neither. */
export function splitMessage(message: Uint8Array): { readonly header: Uint8Array; readonly body: Uint8Array } {
  const offset = bodyOffset(message);
  let end = offset;
  if (end > 0 && message[end - 1] === lf) end -= message[end - 2] === cr ? 2 : 1;
  return {
    header: message.subarray(0, offset === message.length && !endsWithEmptyLine(message) ? offset : end),
    body: message.subarray(offset),
  };
}

function endsWithEmptyLine(message: Uint8Array): boolean {
  const tail = new TextDecoder("latin1").decode(message.subarray(Math.max(0, message.length - 4)));
  return /(?:^|\n)\r?\n$/.test(tail);
}

/** The fields of a header section (or of a whole message; the body is not looked at), in order. */
export function parseHeader(message: Uint8Array | string): readonly HeaderField[] {
  const bytes = typeof message === "string" ? new TextEncoder().encode(message) : message;
  const text = new TextDecoder("utf-8").decode(bytes.subarray(0, bodyOffset(bytes)));
  const fields: { name: string; value: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^[ \t]/.test(line)) {
      const last = fields.at(-1);
      if (last !== undefined) last.value += line;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon <= 0 || /\s/.test(line.slice(0, colon).trimEnd())) continue;
    fields.push({ name: line.slice(0, colon).trimEnd(), value: line.slice(colon + 1) });
  }
  return fields.map((field) => ({ name: field.name, value: field.value.trim() }));
}

/** The value of the first field with this name, whatever its case. */
export function headerValue(fields: readonly HeaderField[], name: string): string | undefined {
  return headerValues(fields, name)[0];
}

export function headerValues(fields: readonly HeaderField[], name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return fields.filter((field) => field.name.toLowerCase() === wanted).map((field) => field.value);
}

/** How many hosts a message has passed: its Received fields (and Delivered-To, where a mailbox was one). */
export function countHops(fields: readonly HeaderField[]): number {
  return fields.filter((field) => /^(received|delivered-to)$/i.test(field.name)).length;
}

/** The host after `by` in each Received field, the first hop first. */
export function receivedBy(fields: readonly HeaderField[]): readonly string[] {
  return headerValues(fields, "Received")
    .map((value) => /(?:^|\s)by\s+(\S+)/.exec(value)?.[1])
    .filter((host) => host !== undefined)
    .reverse();
}

/** A message with text put before it: a Received field, a Return-Path. `text` ends with its own line end. */
export function prepend(text: string, message: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(text);
  const whole = new Uint8Array(head.length + message.length);
  whole.set(head);
  whole.set(message, head.length);
  return whole;
}

/** `Tue, 24 Nov 2026 02:28:33 +0000 (UTC)`: the date as mail programs on a host in UTC write it. */
export function mailDate(atMs: number, options: { readonly zoneName?: boolean } = {}): string {
  const text = new Date(Math.floor(atMs / 1000) * 1000).toUTCString().replace(/(\d\d:\d\d:\d\d) GMT$/, "$1 +0000");
  const padded = text.replace(/, 0(\d) /, ", $1 ").replace(/, (\d) /, ",  $1 ");
  return options.zoneName === false ? padded : `${padded} (UTC)`;
}
