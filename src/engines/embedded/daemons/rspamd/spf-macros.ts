import ipaddr from "ipaddr.js";
import { splitAddress } from "../../../../mail/address.ts";

/** What SPF macros may ask about a message. */
export interface SpfFacts {
  readonly clientAddress: string;
  readonly helo: string;
  /** The envelope sender, or `postmaster@HELO` for a bounce. */
  readonly sender: string;
}

export function hasMacros(spec: string): boolean {
  return spec.includes("%");
}

/** RFC 7208, 7: `%{ir}.%{v}._spf.%{d2}` with the message's facts; digits and `r` cut and turn the parts around. */
export function expandMacros(spec: string, domain: string, facts: SpfFacts): string {
  return spec.replace(/%(?:([%_-])|\{([A-Za-z])(\d*)(r?)([.+,/_=-]*)\})/g, (_, sign, letter, digits, reverse, delimiters) => {
    if (sign !== undefined) return { "%": "%", _: " ", "-": "%20" }[sign as "%" | "_" | "-"];
    const parts = valueOf(letter as string, domain, facts).split(
      new RegExp(`[${delimiters === "" ? "." : escaped(delimiters as string)}]`),
    );
    const turned = reverse === "r" ? parts.reverse() : parts;
    return (digits === "" ? turned : turned.slice(-Number(digits))).join(".");
  });
}

function escaped(delimiters: string): string {
  return delimiters.replace(/[-\]\\^]/g, "\\$&");
}

function valueOf(letter: string, domain: string, { clientAddress, helo, sender }: SpfFacts): string {
  const { localPart, domain: senderDomain } = splitAddress(sender);
  const address = ipaddr.parse(clientAddress);
  switch (letter.toLowerCase()) {
    case "s":
      return sender;
    case "l":
      return localPart;
    case "o":
      return senderDomain ?? "";
    case "d":
      return domain;
    case "i":
      return address.kind() === "ipv4" ? clientAddress : [...address.toNormalizedString().replaceAll(":", "")].join(".");
    case "v":
      return address.kind() === "ipv4" ? "in-addr" : "ip6";
    case "h":
      return helo;
    default:
      return "unknown";
  }
}
