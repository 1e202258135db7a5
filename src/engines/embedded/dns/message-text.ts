import { type ColumnStyle, digMultilineStyle, digStyle, questionLine, recordLine } from "../../../mail/dns-text.ts";
import type { DnsMessage, Edns } from "./message.ts";

/** Which parts of a message are printed. */
export interface Shown {
  readonly comments: boolean;
  readonly question: boolean;
  readonly answer: boolean;
  readonly authority: boolean;
  readonly additional: boolean;
  readonly multiline: boolean;
}

/** `;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 49680` and the flags below it. */
export function headerText(message: DnsMessage): string {
  const flags = [
    "qr",
    ...(message.authoritative ? ["aa"] : []),
    ...(message.truncated ? ["tc"] : []),
    ...(message.recursionDesired ? ["rd"] : []),
    ...(message.recursionAvailable ? ["ra"] : []),
    ...(message.authenticData ? ["ad"] : []),
    ...(message.checkingDisabled ? ["cd"] : []),
  ].join(" ");
  const { answers, authority, additional, edns, question } = message;
  const counts = [
    `QUERY: ${question === undefined ? 0 : 1}`,
    `ANSWER: ${answers.length}`,
    `AUTHORITY: ${authority.length}`,
    `ADDITIONAL: ${additional.length + (edns === undefined ? 0 : 1)}`,
  ].join(", ");
  return `;; ->>HEADER<<- opcode: ${message.opcode}, status: ${message.status}, id: ${message.id}\n;; flags: ${flags}; ${counts}\n`;
}

/** The sections as dig and `host -v` print them. */
export function sectionsText(message: DnsMessage, shown: Shown): string {
  const style = shown.multiline ? digMultilineStyle : digStyle;
  const { question } = message;
  const asked = question === undefined ? "" : `;${questionLine(question.name, question.type, style)}\n`;
  return [
    shown.question && asked !== "" ? section("QUESTION", asked, shown) : "",
    shown.answer ? recordsText("ANSWER", message.answers, style, shown) : "",
    shown.authority ? recordsText("AUTHORITY", message.authority, style, shown) : "",
    shown.additional ? recordsText("ADDITIONAL", message.additional, style, shown) : "",
  ].join("");
}

const errorNames: Readonly<Record<number, string>> = { 18: "Prohibited" };

/** The EDNS part of a response. @param cookie the client half that was sent */
export function pseudoSectionText(edns: Edns, cookie: string | undefined): string {
  const flags = edns.dnssecOk ? " do" : "";
  const isGood = cookie !== undefined && edns.cookie?.startsWith(cookie) === true && edns.cookie.length > cookie.length;
  return [
    ";; OPT PSEUDOSECTION:\n",
    `; EDNS: version: 0, flags:${flags}; udp: ${edns.udpSizeBytes}\n`,
    edns.cookie === undefined ? "" : `; COOKIE: ${edns.cookie}${isGood ? " (good)" : ""}\n`,
    edns.errorCode === undefined ? "" : `; EDE: ${edns.errorCode} (${errorNames[edns.errorCode] ?? "Other"})\n`,
  ].join("");
}

function recordsText(title: string, records: DnsMessage["answers"], style: ColumnStyle, shown: Shown): string {
  return records.length === 0 ? "" : section(title, records.map((record) => `${recordLine(record, style)}\n`).join(""), shown);
}

function section(title: string, text: string, shown: Shown): string {
  return shown.comments ? `;; ${title} SECTION:\n${text}\n` : text;
}

/** `Tue Nov 24 04:03:32 UTC 2026` */
export function whenText(atMs: number): string {
  const [day, date, month, year, time] = new Date(atMs).toUTCString().replace(",", "").split(" ");
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}
