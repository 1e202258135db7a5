/** Where a transport is to take mail: one element of `relayhost`, of a transport table's next hop, or a domain. */
export interface Destination {
  /** As it stands in the tables: `[mail.example]:587`. */
  readonly text: string;
  readonly host: string;
  readonly port: number;
  /** False in brackets: the host itself, no MX records. */
  readonly useMx: boolean;
  /** A Unix domain socket instead: `unix:private/dovecot-lmtp`. */
  readonly socketPath?: string;
}

const portsByName: Readonly<Record<string, number>> = { smtp: 25, lmtp: 24, submission: 587, smtps: 465, submissions: 465 };

/** smtp_parse_destination(3). @param defaultPort of the protocol: 25 or 24 */
export function parseDestination(text: string, defaultPort: number): Destination {
  if (text.startsWith("unix:")) return { text, host: text.slice(5), port: 0, useMx: false, socketPath: text.slice(5) };
  const plain = text.startsWith("inet:") ? text.slice(5) : text;
  const [, bracketed, bare, service] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(plain) ?? [];
  const port = service === undefined || service === "" ? defaultPort : (portsByName[service] ?? Number(service));
  return { text, host: bracketed ?? bare ?? plain, port: Number.isNaN(port) ? defaultPort : port, useMx: bracketed === undefined };
}
