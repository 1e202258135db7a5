import { addressLiteral, isHostName } from "../../../../../mail/host-name.ts";
import { decodeXtext } from "../smtp-client/xtext.ts";
import type { ClientName } from "./client-name.ts";
import { type Answer, bad, type Conversation, good } from "./conversation.ts";
import type { CommandToken } from "./tokens.ts";

/** What a proxy or a filter before us says about the client behind it (XCLIENT_README, XFORWARD_README), and who may say it. */
const telling = {
  XCLIENT: {
    names: ["NAME", "ADDR", "PROTO", "HELO", "REVERSE_NAME", "PORT", "LOGIN", "DESTADDR", "DESTPORT"],
    permitted: "smtpd_authorized_xclient_hosts",
  },
  XFORWARD: {
    names: ["NAME", "ADDR", "PROTO", "HELO", "SOURCE", "PORT", "IDENT"],
    permitted: "smtpd_authorized_xforward_hosts",
  },
} as const;

/** EHLO's lines. */
export const xclientLine = `XCLIENT ${telling.XCLIENT.names.join(" ")}`;
export const xforwardLine = `XFORWARD ${telling.XFORWARD.names.join(" ")}`;

const unavailable = new Set(["[UNAVAILABLE]", "[TEMPUNAVAIL]"]);

/** `NAME=value` words as they were said, or the reply that refuses them. */
function toldBy(
  session: Conversation,
  command: keyof typeof telling,
  tokens: readonly CommandToken[],
): readonly (readonly [string, string])[] | string {
  const { names, permitted }: { readonly names: readonly string[]; readonly permitted: string } = telling[command];
  if (session.transaction !== undefined) return "503 5.5.1 Error: MAIL transaction in progress";
  if (!session.trusts(permitted)) return "550 5.7.0 Error: insufficient authorization";
  const words = tokens.slice(1).map((token) => token.text);
  const ipv6 = hasIpv6(session);
  if (words.length === 0) return `501 5.5.4 Syntax: ${command} attribute=value...`;
  const said: (readonly [string, string])[] = [];
  for (const word of words) {
    const at = word.indexOf("=");
    if (at === -1) return "501 5.5.4 Error: attribute=value expected";
    const [name, raw] = [word.slice(0, at), word.slice(at + 1)];
    const value = decodeXtext(raw);
    if (value === undefined) return `501 5.5.4 Bad attribute value syntax: ${raw}`;
    if (!names.includes(name.toUpperCase())) return `501 5.5.4 Bad ${command} attribute name: ${name}`;
    if (!isWellFormed(name.toUpperCase(), value, ipv6)) return `501 5.5.4 Bad ${name.toUpperCase()} syntax: ${value}`;
    said.push([name.toUpperCase(), value]);
  }
  return said;
}

function hasIpv6({ policy }: Conversation): boolean {
  return policy.list("inet_protocols").some((protocol) => protocol === "all" || protocol === "ipv6");
}

function isWellFormed(name: string, value: string, ipv6: boolean): boolean {
  if (unavailable.has(value.toUpperCase())) return true;
  if (name === "NAME" || name === "REVERSE_NAME") return isHostName(value);
  if (name === "ADDR" || name === "DESTADDR") return addressLiteral(`[${value}]`) !== undefined && (ipv6 || !value.includes(":"));
  if (name === "PORT" || name === "DESTPORT") return /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
  if (name === "PROTO") return /^E?SMTP$/i.test(value);
  return true;
}

/** XCLIENT: the session begins anew, as if that client had come. */
export function xclient(session: Conversation, tokens: readonly CommandToken[]): Answer {
  const said = toldBy(session, "XCLIENT", tokens);
  if (typeof said === "string") return bad(said);
  session.comesFor(said.reduce(toldClient, session.client));
  // Counted as no success: the session that is greeted is another one.
  return { lines: [`220 ${session.policy.get("smtpd_banner")}`], good: false };
}

function toldClient(client: ClientName, [name, value]: readonly [string, string]): ClientName {
  const unknown = unavailable.has(value.toUpperCase());
  const status = !unknown ? "ok" : value.toUpperCase() === "[TEMPUNAVAIL]" ? "temporary" : "permanent";
  const shown = unknown ? "unknown" : value;
  if (name === "NAME") return { ...client, name: shown, nameStatus: status, reverseName: shown, reverseNameStatus: status };
  if (name === "REVERSE_NAME") return { ...client, reverseName: shown, reverseNameStatus: status };
  if (name === "ADDR") return { ...client, address: unknown ? "unknown" : value };
  return name === "PORT" ? { ...client, port: unknown ? 0 : Number(value) } : client;
}

/** XFORWARD: for the log of the next message only. */
export function xforward(session: Conversation, tokens: readonly CommandToken[]): Answer {
  const said = toldBy(session, "XFORWARD", tokens);
  if (typeof said === "string") return bad(said);
  session.forwarded = { ...session.forwarded, ...Object.fromEntries(said) };
  return good("250 2.0.0 Ok");
}
