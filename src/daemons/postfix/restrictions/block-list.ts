import ipaddr from "ipaddr.js";
import { expandMacros } from "../macro.ts";

/** `bl.example=127.0.0.[2..11]`: the zone, and which answers count. */
export interface BlockListName {
  readonly zone: string;
  readonly filter?: string;
}

export function parseBlockList(text: string): BlockListName {
  const equals = text.indexOf("=");
  return equals < 0 ? { zone: text } : { zone: text.slice(0, equals), filter: text.slice(equals + 1) };
}

/** `203.0.113.10` → `10.113.0.203`; IPv6 by nibbles. */
export function reversedAddress(address: string): string {
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === "ipv4") return address.split(".").reverse().join(".");
  return [...parsed.toByteArray()]
    .flatMap((byte) => [byte >> 4, byte & 15])
    .reverse()
    .map((nibble) => nibble.toString(16))
    .join(".");
}

/** True when one of the answers counts: any, without a filter. A filter's octets are numbers, `[2;4..6]` lists and ranges. */
export function filterMatches(filter: string | undefined, addresses: readonly string[]): boolean {
  if (filter === undefined) return addresses.length > 0;
  const octets = filter.match(/\[[^\]]*\]|\d+/g) ?? [];
  return addresses.some((address) => {
    const parts = address.split(".").map(Number);
    return parts.length === octets.length && parts.every((part, index) => octetMatches(octets[index] ?? "", part));
  });
}

function octetMatches(pattern: string, octet: number): boolean {
  const alternatives = pattern.replace(/^\[|\]$/g, "").split(";");
  return alternatives.some((alternative) => {
    const [low, high = low] = alternative.split("..").map(Number);
    return low !== undefined && high !== undefined && octet >= low && octet <= high;
  });
}

/** The reply to a listed client, from `default_rbl_reply` or an entry of `rbl_reply_maps`; its code is still in front. */
export function blockListReply(
  template: string,
  values: { readonly code: number; readonly what: string; readonly replyClass: string; readonly zone: string; readonly text?: string },
): string {
  const names: Readonly<Record<string, string | undefined>> = {
    rbl_code: String(values.code),
    rbl_class: values.replyClass,
    rbl_what: values.what,
    rbl_domain: values.zone,
    rbl_reason: values.text,
    rbl_txt: values.text,
  };
  return expandMacros(template, (name) => names[name]?.replaceAll("$", "$$$$"));
}
