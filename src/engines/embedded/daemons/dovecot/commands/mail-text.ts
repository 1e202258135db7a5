/** A stored mail taken apart. Text is latin1, a character a byte. */
export interface MailText {
  /** With the blank line that ends it. */
  readonly head: string;
  readonly body: string;
}

export function splitMail(content: string): MailText {
  const end = content.indexOf("\n\n");
  return end === -1 ? { head: content, body: "" } : { head: content.slice(0, end + 2), body: content.slice(end + 2) };
}

/** The values of all fields of this name, unfolded, first to last. */
export function headerValues(head: string, name: string): readonly string[] {
  const field = new RegExp(`^${name.replace(/[^A-Za-z0-9-]/g, "\\$&")}:[ \\t]*((?:[^\\n]|\\n[ \\t])*)`, "gim");
  return [...head.matchAll(field)].map((match) => (match[1] ?? "").replace(/\n[ \t]*/g, " ").trim());
}
