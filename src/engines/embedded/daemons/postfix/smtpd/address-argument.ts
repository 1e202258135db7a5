import { isTroubled } from "../../../../../daemons/postfix/tables/maps.ts";
import { parsePath } from "../../../../../mail/address.ts";
import type { ClientSession } from "./client-session.ts";

/** The address of MAIL FROM in internal form, "" for the null sender; undefined (and a warning) where it is none. */
export function senderAddress(session: ClientSession, argument: string): string | undefined {
  return extract(session, argument, "MAIL", true);
}

/** The address of RCPT TO or VRFY. */
export function recipientAddress(session: ClientSession, argument: string): string | undefined {
  return extract(session, argument, session.where, false);
}

/** extract_addr(3) of smtpd. */
function extract(session: ClientSession, argument: string, command: string, mayBeEmpty: boolean): string | undefined {
  const strict = session.policy.bool("strict_rfc821_envelopes") && !(argument.startsWith("<") && argument.endsWith(">"));
  const address = strict ? undefined : parsePath(argument);
  if (address !== undefined && isAcceptable(session, address, mayBeEmpty)) return address;
  session.warn(`Illegal address syntax from ${session.peerText} in ${command} command: ${argument}`);
  return undefined;
}

function isAcceptable(session: ClientSession, address: string, mayBeEmpty: boolean): boolean {
  if (address === "") return mayBeEmpty;
  const { addresses } = session.system.tables;
  const resolved = addresses.resolve(addresses.rewrite(address));
  return isTroubled(resolved) || !resolved.invalid;
}
