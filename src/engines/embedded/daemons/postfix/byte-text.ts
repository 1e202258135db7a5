/**
 * Inside Postfix text is bytes: one character a byte, whatever the encoding. Only what people type and read is text.
 */

/** What was typed, as Postfix holds it: `ä` becomes the two characters of its UTF-8 form. */
export function bytesOf(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** What Postfix holds, as people read it. */
export function textOf(bytes: string): string {
  return /^[\x00-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

/** True for bytes beyond ASCII: an address or header that needs SMTPUTF8. */
export function isBeyondAscii(bytes: string): boolean {
  return /[^\x00-\x7f]/.test(bytes);
}
