import ipaddr from "ipaddr.js";

/** One resource record of class IN. `name` and names inside `data` are absolute: they end in a dot. */
export interface DnsRecord {
  readonly name: string;
  /** `A`, `MX`, `TXT` ... upper case. */
  readonly type: string;
  readonly ttlSeconds: number;
  /** Presentation format, as dig prints it: `10 mx1.meadow.example.`, `"v=spf1 mx -all"`. */
  readonly data: string;
}

/** How a question ended. `TIMEOUT` is no answer at all; the others are response codes. */
export type DnsStatus = "NOERROR" | "NXDOMAIN" | "SERVFAIL" | "REFUSED" | "TIMEOUT";

export interface DnsAnswer {
  readonly status: DnsStatus;
  /** The AA flag: the server holds the zone itself. */
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
}

export interface MailExchange {
  readonly preference: number;
  readonly exchange: string;
}

/** `10 mx1.meadow.example.` → preference and exchange; undefined for a record of another type. */
export function mailExchangeOf(record: DnsRecord): MailExchange | undefined {
  if (record.type !== "MX") return undefined;
  const [preference, exchange] = record.data.split(" ");
  return preference === undefined || exchange === undefined ? undefined : { preference: Number(preference), exchange };
}

/** The strings of a TXT record joined, as SPF and DKIM read it (RFC 7208, 3.3). Escapes are undone. */
export function textOf(record: DnsRecord): string {
  return characterStrings(record.data).join("");
}

/** Presentation-format character strings → their values: `"a b" c` → ["a b", "c"]. */
export function characterStrings(data: string): readonly string[] {
  const strings = data.match(/"(?:\\.|[^"\\])*"|(?:\\.|[^\s"\\])+/gs) ?? [];
  return strings.map((text) => unescapeText(text.startsWith('"') ? text.slice(1, -1) : text));
}

/** A value as a quoted character string: quotes and backslashes escaped, other bytes beyond printable ASCII as \DDD. */
export function quoteText(value: string): string {
  const escaped = Buffer.from(value, "latin1")
    .toString("latin1")
    .replace(/["\\]/g, "\\$&")
    .replace(/[^ -~]/g, (byte) => `\\${String(byte.charCodeAt(0)).padStart(3, "0")}`);
  return `"${escaped}"`;
}

/** `\DDD` and `\X` of master files undone. */
export function unescapeText(text: string): string {
  return text.replace(/\\(\d{3}|.)/gs, (_, code: string) => (/^\d{3}$/.test(code) ? String.fromCharCode(Number(code)) : code));
}

/** The name with exactly one dot at its end. `absoluteName("")` is the root. */
export function absoluteName(name: string): string {
  return name.endsWith(".") && !name.endsWith("\\.") ? name : `${name}.`;
}

/** The name without its final dot; the root stays `.`. */
export function plainName(name: string): string {
  return name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name;
}

/** One spelling for each name, for maps and comparing: absolute, lower case. */
export function canonicalName(name: string): string {
  return absoluteName(name).toLowerCase();
}

/** True where two names are the same name, whatever their case and with or without the final dot. */
export function sameName(left: string, right: string): boolean {
  return canonicalName(left) === canonicalName(right);
}

/** The labels, leftmost first; [] for the root. An escaped dot does not divide. */
export function labelsOf(name: string): readonly string[] {
  return plainName(absoluteName(name)).match(/(?:\\.|[^.\\])+/gs) ?? [];
}

/** The name without its leftmost label; the root of the root is the root. */
export function parentName(name: string): string {
  return absoluteName(labelsOf(name).slice(1).join("."));
}

/** True where `name` is `ancestor` or stands below it. */
export function isWithin(name: string, ancestor: string): boolean {
  const [inner, outer] = [canonicalName(name), canonicalName(ancestor)];
  return outer === "." || inner === outer || inner.endsWith(`.${outer}`);
}

/** The name under which an address's PTR record stands: `203.0.113.19` → `19.113.0.203.in-addr.arpa.` @throws Error for text that is no address. */
export function reverseName(address: string): string {
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === "ipv4") return `${[...parsed.toByteArray()].reverse().join(".")}.in-addr.arpa.`;
  const nibbles = parsed
    .toByteArray()
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  return `${[...nibbles].reverse().join(".")}.ip6.arpa.`;
}
