import ipaddr from "ipaddr.js";
import { quoteText, unescapeText } from "../../mail/dns.ts";
import type { MasterToken } from "./master-lexer.ts";
import { parseName, parseTtl } from "./names.ts";

/** How one field of a record's data is written. */
type Field = "u8" | "u16" | "u32" | "ttl" | "name" | "address4" | "address6" | "text" | "word" | "hex";

interface TypeForm {
  readonly fields: readonly Field[];
  /** What may follow the fields, any number of times. */
  readonly rest?: Field;
}

const oneName: TypeForm = { fields: ["name"] };
const texts: TypeForm = { fields: ["text"], rest: "text" };
const digest: TypeForm = { fields: ["u16", "u8", "u8", "hex"], rest: "hex" };

/** The record types whose data is understood. */
const forms: Readonly<Record<string, TypeForm>> = {
  A: { fields: ["address4"] },
  AAAA: { fields: ["address6"] },
  CAA: { fields: ["u8", "word", "text"] },
  CNAME: oneName,
  DNAME: oneName,
  DS: digest,
  HINFO: { fields: ["text", "text"] },
  MX: { fields: ["u16", "name"] },
  NAPTR: { fields: ["u16", "u16", "text", "text", "text", "name"] },
  NS: oneName,
  PTR: oneName,
  RP: { fields: ["name", "name"] },
  SOA: { fields: ["name", "name", "u32", "ttl", "ttl", "ttl", "ttl"] },
  SPF: texts,
  SRV: { fields: ["u16", "u16", "u16", "name"] },
  TLSA: { fields: ["u8", "u8", "u8", "hex"], rest: "hex" },
  TXT: texts,
};

/** Types that BIND knows and a master file may hold, but whose data is not understood here. */
const otherTypes = new Set(
  "AFSDB APL CDNSKEY CDS CERT CSYNC DHCID DLV DNSKEY EUI48 EUI64 GPOS HIP HTTPS IPSECKEY ISDN KEY KX L32 L64 LOC LP MB MG MINFO MR NID NINFO NSAP NSAP-PTR NSEC NSEC3 NSEC3PARAM NULL NXT OPENPGPKEY PX RKEY RRSIG RT SIG SINK SMIMEA SSHFP SVCB TALINK URI WKS X25 ZONEMD".split(
    " ",
  ),
);

/** What BIND's parser said, and where: `near 'ten': not a valid number`. */
export interface RdataError {
  readonly line: number;
  /** The token it stopped at as it prints it: `'ten'`, `eol`, or undefined. */
  readonly near: string | undefined;
  readonly text: string;
}

export function isRecordType(type: string): boolean {
  return isUnderstood(type) || otherTypes.has(type) || /^TYPE\d+$/.test(type);
}

/** False for a real type whose data is not understood here; such a record is not served. */
export function isUnderstood(type: string): boolean {
  return forms[type] !== undefined;
}

/** Which fields of a type's data are names, by position. */
export function nameFields(type: string): readonly number[] {
  return (forms[type]?.fields ?? []).flatMap((field, index) => (field === "name" ? [index] : []));
}

/**
 * The data of a record from its tokens, in canonical presentation format: names absolute, numbers plain, strings quoted.
 * @param typeToken the token before the data: an error at the first field is told at its line
 * @param lineEnd what an early end is called: `eol`, or `eof` where the file ends without a newline
 */
export function parseRdata(
  type: string,
  tokens: readonly MasterToken[],
  origin: string,
  typeToken: MasterToken,
  lineEnd: "eol" | "eof" = "eol",
): { readonly data: string } | RdataError {
  if (tokens[0]?.text === "\\#") return parseUnknown(tokens, typeToken, lineEnd);
  const form = forms[type] ?? { fields: [] };
  const lineBefore = (index: number): number => (tokens[index - 1] ?? typeToken).line;
  const values: string[] = [];
  for (let index = 0; index < Math.max(form.fields.length, tokens.length); index++) {
    const token = tokens[index];
    if (token === undefined) return { line: lineBefore(index), near: lineEnd, text: "unexpected end of input" };
    const field = form.fields[index] ?? form.rest;
    if (field === undefined) return { line: lineBefore(index), near: `'${token.text}'`, text: "extra input text" };
    const value = parseField(field, token, origin);
    if (typeof value === "string") values.push(value);
    else
      return {
        line: field === "text" ? token.line : lineBefore(index),
        near: field === "text" ? undefined : `'${token.text}'`,
        text: value.error,
      };
  }
  return { data: joinHex(form, values) };
}

/** A long digest may be written in pieces; it is printed in pieces of 56 digits. */
function joinHex(form: TypeForm, values: readonly string[]): string {
  if (form.rest !== "hex") return values.join(" ");
  const head = form.fields.length - 1;
  return [
    ...values.slice(0, head),
    ...(values
      .slice(head)
      .join("")
      .match(/.{1,56}/g) ?? []),
  ].join(" ");
}

function parseField(field: Field, token: MasterToken, origin: string): string | { readonly error: string } {
  switch (field) {
    case "u8":
      return parseNumber(token.text, 2 ** 8);
    case "u16":
      return parseNumber(token.text, 2 ** 16);
    case "u32":
      return parseNumber(token.text, 2 ** 32);
    case "ttl": {
      const seconds = parseTtl(token.text);
      return seconds === undefined ? { error: "bad ttl" } : String(seconds);
    }
    case "name": {
      const name = parseName(token.text, origin);
      return typeof name === "string" ? name : { error: name.error };
    }
    case "address4":
      return ipaddr.IPv4.isValidFourPartDecimal(token.text) && !/(^|\.)0\d/.test(token.text) ? token.text : { error: "bad dotted quad" };
    case "address6":
      return ipaddr.IPv6.isValid(token.text) ? ipaddr.IPv6.parse(token.text).toString() : { error: "bad IPv6 address" };
    case "text": {
      const value = unescapeText(token.text);
      return value.length > 255 ? { error: "syntax error" } : quoteText(value);
    }
    case "word":
      return token.text;
    case "hex":
      return /^([0-9a-f]{2})+$/i.test(token.text) ? token.text.toUpperCase() : { error: "bad hex encoding" };
  }
}

function parseNumber(text: string, bound: number): string | { readonly error: string } {
  if (!/^\d+$/.test(text)) return { error: "not a valid number" };
  return Number(text) < bound ? String(Number(text)) : { error: "out of range" };
}

/** RFC 3597: `\# LENGTH HEX`. */
function parseUnknown(tokens: readonly MasterToken[], typeToken: MasterToken, lineEnd: string): { readonly data: string } | RdataError {
  const length = tokens[1]?.text;
  if (length === undefined) return { line: typeToken.line, near: lineEnd, text: "unexpected end of input" };
  const hex = tokens
    .slice(2)
    .map((token) => token.text)
    .join("");
  if (!/^\d+$/.test(length)) return { line: typeToken.line, near: `'${length}'`, text: "not a valid number" };
  if (hex.length !== 2 * Number(length) || !/^[0-9a-f]*$/i.test(hex))
    return { line: typeToken.line, near: lineEnd, text: "unexpected end of input" };
  return { data: Number(length) === 0 ? "\\# 0" : `\\# ${length} ${hex.toUpperCase()}` };
}
