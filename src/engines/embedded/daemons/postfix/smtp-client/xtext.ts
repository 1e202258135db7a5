/** xtext (RFC 3461, 4): every byte that is not printable ASCII, and `+` and `=`, as `+XX`. */
export function encodeXtext(text: string): string {
  return Buffer.from(text, "utf8")
    .toString("latin1")
    .replace(/[^!-~]|[+=]/g, (byte) => `+${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

/** The text of an xtext value; undefined when it is none. */
export function decodeXtext(text: string): string | undefined {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/i.test(text)) return undefined;
  const bytes = text.replace(/\+([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
