import ipaddr from "ipaddr.js";

/** Why a name is no valid host name, in Postfix's words; undefined for a valid one. Underscores pass, as they do with Postfix. */
export function hostNameFault(name: string): string | undefined {
  if (name === "") return "empty hostname";
  if (/[^A-Za-z0-9.\-_\u0080-\uffff]/.test(name)) return "invalid character";
  if (/^\.|\.\.|\.$/.test(name)) return "misplaced delimiter";
  if (/(?:^|\.)-|-(?:\.|$)/.test(name)) return "misplaced hyphen";
  if (name.length > 255 || name.split(".").some((label) => label.length > 63)) return "bad length";
  return /^[\d.]+$/.test(name) ? "numeric hostname" : undefined;
}

export function isHostName(name: string): boolean {
  return hostNameFault(name) === undefined;
}

/** `[203.0.113.10]` or `[IPv6:2001:db8::1]`; the address inside, or undefined. */
export function addressLiteral(text: string): string | undefined {
  const inside = /^\[(?:IPv6:)?(.*)\]$/i.exec(text)?.[1];
  return inside !== undefined && (ipaddr.IPv4.isValidFourPartDecimal(inside) || ipaddr.IPv6.isValid(inside)) ? inside : undefined;
}

/** True for a name with at least one dot inside. */
export function isFullyQualified(name: string): boolean {
  return /[^.]\.[^.]/.test(name);
}
