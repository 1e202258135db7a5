/**
 * A mail address in its internal form: no quotes, no angle brackets, as Postfix keeps it in a queue file. The local part may hold
 * anything, an @ too; the domain is what follows the last @.
 */
export interface Address {
  readonly localPart: string;
  /** Undefined where there is no @. */
  readonly domain?: string;
}

/** Takes an internal address apart at its last @. */
export function splitAddress(address: string): Address {
  const at = address.lastIndexOf("@");
  return at < 0 ? { localPart: address } : { localPart: address.slice(0, at), domain: address.slice(at + 1) };
}

/** The domain in lower case; "" where there is none. */
export function domainOf(address: string): string {
  return splitAddress(address).domain?.toLowerCase() ?? "";
}

/** Two addresses for the same mailbox as mail systems compare them here: case does not count. */
export function sameAddress(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** The local part with quotes where RFC 5321 asks for them: `"da na"@brook.example`. "" stays "". */
export function quoteAddress(address: string): string {
  const { localPart, domain } = splitAddress(address);
  const dotString = /^[^\s"(),:;<>@[\\\].\p{Cc}]+(?:\.[^\s"(),:;<>@[\\\].\p{Cc}]+)*$/u.test(localPart);
  const local = dotString || address === "" ? localPart : `"${localPart.replace(/["\\]/g, "\\$&")}"`;
  return domain === undefined ? local : `${local}@${domain}`;
}

/**
 * Reads the path of MAIL FROM or RCPT TO as leniently as Postfix: angle brackets may be absent, a source route
 * (`<@relay:user@domain>`) is dropped, quotes are taken off, comments and white space around the parts are ignored.
 * @param text what stands after the colon, parameters cut off: `<alice@meadow.example>`, ` alice@meadow.example`
 * @returns the internal address, "" for the null sender `<>`; undefined when there is not exactly one address
 */
export function parsePath(text: string): string | undefined {
  const trimmed = text.trim();
  const bracketed = trimmed.startsWith("<");
  const tokens = tokenise(trimmed);
  if (tokens === undefined) return undefined;
  const open = tokens.findIndex((token) => token.special === "<");
  const close = tokens.findIndex((token) => token.special === ">");
  if (bracketed && close < 0) return undefined;
  const inside = open < 0 ? tokens.slice(0, close < 0 ? undefined : close) : tokens.slice(open + 1, close < 0 ? undefined : close);
  const routeEnd = inside[0]?.special === "@" ? inside.findIndex((token) => token.special === ":") : -1;
  const path = inside.slice(routeEnd + 1);
  // Two words side by side are two addresses, or an address and a display name.
  if (path.some((token, index) => token.special === undefined && path[index + 1]?.special === undefined && index + 1 < path.length))
    return undefined;
  if (path.some((token) => token.special === "," || token.special === "<" || token.special === ";")) return undefined;
  return path.map((token) => token.special ?? token.word).join("");
}

interface Token {
  readonly special?: string;
  readonly word: string;
}

/** Words (quotes taken off), specials; comments and white space dropped. Undefined for a quote or bracket that stays open. */
function tokenise(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const pattern = /\s+|\((?:\\.|[^()\\])*\)|"((?:\\.|[^"\\])*)"|(\[(?:\\.|[^\]\\])*\])|([<>@,;:])|((?:\\.|[^\s<>@,;:"()[\]\\])+)|(.)/gsy;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, quoted, literal, special, atom, other] = match;
    if (other !== undefined) return undefined;
    if (special !== undefined) tokens.push({ special, word: special });
    const word = quoted?.replace(/\\(.)/gs, "$1") ?? literal ?? atom;
    if (word !== undefined) tokens.push({ word });
  }
  return tokens;
}
