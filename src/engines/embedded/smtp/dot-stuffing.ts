const LF = 0x0a;
const DOT = 0x2e;
const LEADING_DOT = Buffer.from("\n.");

/**
 * A message as it goes over the wire after DATA: a dot that begins a line is doubled, and a line with a single dot ends it
 * (RFC 5321, 4.5.2).
 * @param content lines ended by CRLF; a last line without an end gets one
 */
export function stuffed(content: Uint8Array): Buffer {
  const source = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const parts: Buffer[] = [];
  if (source[0] === DOT) parts.push(Buffer.from("."));
  let from = 0;
  for (let at = source.indexOf(LEADING_DOT); at !== -1; at = source.indexOf(LEADING_DOT, at + 1)) {
    parts.push(source.subarray(from, at + 2), Buffer.from("."));
    from = at + 2;
  }
  parts.push(source.subarray(from));
  const ended = source.length === 0 || source[source.length - 1] === LF;
  parts.push(Buffer.from(ended ? ".\r\n" : "\r\n.\r\n"));
  return Buffer.concat(parts);
}
