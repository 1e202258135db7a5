import type { DnsRecord } from "./dns.ts";

/** The columns at which the fields of a record begin, as BIND's programs print them (lib/dns/masterdump.c). */
export interface ColumnStyle {
  readonly ttl: number;
  readonly class: number;
  readonly type: number;
  readonly data: number;
  /** A SOA record is spread over lines with a comment behind each number. */
  readonly multiline?: boolean;
}

/** dig, host -v. */
export const digStyle: ColumnStyle = { ttl: 24, class: 32, type: 40, data: 48 };
/** dig +multiline. */
export const digMultilineStyle: ColumnStyle = { ttl: 24, class: 24, type: 24, data: 32, multiline: true };
/** named-checkzone -D. */
export const zoneDumpStyle: ColumnStyle = { ttl: 46, class: 46, type: 46, data: 64 };

const TAB = 8;

/** A record as one line (a SOA may take several), without the last newline. */
export function recordLine({ name, ttlSeconds, type, data }: DnsRecord, style: ColumnStyle): string {
  const text = style.multiline === true && type === "SOA" ? multilineSoa(data) : data;
  return layOut([
    [name, 0],
    [String(ttlSeconds), style.ttl],
    ["IN", style.class],
    [type, style.type],
    [text, style.data],
  ]);
}

/** A question as dig prints it, without the leading semicolon. */
export function questionLine(name: string, type: string, style: ColumnStyle): string {
  return layOut([
    [name, 0],
    ["IN", style.class],
    [type, style.type],
  ]);
}

/** Each text at its column, or one further than the text before it ends; the way there is tabs, then spaces. */
function layOut(fields: readonly (readonly [text: string, column: number])[]): string {
  let [line, at] = ["", 0];
  for (const [text, column] of fields) {
    if (line !== "") {
      const to = Math.max(column, at + 1);
      const tabs = Math.floor(to / TAB) - Math.floor(at / TAB);
      line += tabs > 0 ? "\t".repeat(tabs) + " ".repeat(to % TAB) : " ".repeat(to - at);
      at = to;
    }
    line += text;
    at += text.length;
  }
  return line;
}

const soaFields = ["serial", "refresh", "retry", "expire", "minimum"];

function multilineSoa(data: string): string {
  const [primary, contact, ...numbers] = data.split(" ");
  const lines = numbers.map((number, index) => {
    const meaning = index === 0 ? "" : ` (${durationText(Number(number))})`;
    return `\t\t\t\t${number.padEnd(10)} ; ${soaFields[index]}${meaning}`;
  });
  return [`${primary} ${contact} (`, ...lines, "\t\t\t\t)"].join("\n");
}

/** `1 hour 30 minutes` */
function durationText(seconds: number): string {
  const units: readonly (readonly [name: string, size: number])[] = [
    ["week", 604_800],
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ];
  const parts: string[] = [];
  let left = seconds;
  for (const [name, size] of units) {
    const count = Math.floor(left / size);
    left %= size;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? "" : "s"}`);
  }
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}
