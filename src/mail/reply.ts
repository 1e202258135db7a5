/** One reply of an SMTP server. */
export interface Reply {
  /** 200 to 599 */
  readonly code: number;
  /** `2.1.5`, where the server gives one. */
  readonly status?: string;
  /** The text of each line, without code and enhanced status. */
  readonly lines: readonly string[];
}

/** The reply with its code and status on every line, joined by `separator`: CRLF on the wire, ` ` or `\n` elsewhere. */
export function formatReply(reply: Reply, separator = "\r\n"): string {
  const status = reply.status === undefined ? "" : `${reply.status} `;
  const lines = reply.lines.length === 0 ? [""] : reply.lines;
  return lines.map((line, index) => `${reply.code}${index < lines.length - 1 ? "-" : " "}${status}${line}`).join(separator);
}

/**
 * Reads a whole reply: lines separated by CRLF or LF, every one with the same code.
 * @returns undefined for text that is no complete reply
 */
export function parseReply(text: string): Reply | undefined {
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  const matches = lines.map((line) => /^(\d{3})(?:([ -])(.*))?$/.exec(line));
  const code = matches[0]?.[1];
  if (code === undefined || !/^[2-5]/.test(code)) return undefined;
  const complete = matches.every((match, index) => match?.[1] === code && (match[2] === "-") === index < lines.length - 1);
  if (!complete) return undefined;
  const texts = matches.map((match) => match?.[3] ?? "");
  const status = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/.exec(texts[0] ?? "")?.[1];
  if (status === undefined || status[0] !== code[0]) return { code: Number(code), lines: texts };
  const without = texts.map((line) => (line.startsWith(status) ? line.slice(status.length).replace(/^ /, "") : line));
  return { code: Number(code), status, lines: without };
}

/** True once the text holds the last line of a reply (`250 ` rather than `250-`), ended by a newline. */
export function isWholeReply(text: string): boolean {
  return /(?:^|\n)\d{3}(?: [^\n]*)?\r?\n$/.test(text);
}

export type ReplyClass = "success" | "intermediate" | "transient" | "permanent";

/** What the first digit says. */
export function replyClass(code: number): ReplyClass {
  if (code >= 500) return "permanent";
  if (code >= 400) return "transient";
  return code >= 300 ? "intermediate" : "success";
}
