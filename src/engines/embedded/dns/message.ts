import { decode, encode, type Packet } from "dns-packet";
import { absoluteName, characterStrings, type DnsRecord, plainName, quoteText } from "../../../mail/dns.ts";
import { compressMessage } from "./compression.ts";

/** A DNS message as programs handle it; the wire's bytes stay in this file. */
export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: string;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`, `FORMERR`, `NOTIMP` ... */
  readonly status: string;
  readonly question?: DnsQuestion;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
  readonly edns?: Edns;
}

export interface DnsQuestion {
  /** Absolute, in the asker's spelling. */
  readonly name: string;
  readonly type: string;
}

export interface Edns {
  readonly udpSizeBytes: number;
  readonly dnssecOk: boolean;
  /** Hexadecimal: 16 digits from a client, 48 with the server's part. */
  readonly cookie?: string;
  /** Extended DNS error (RFC 8914). */
  readonly errorCode?: number;
}

const flag = { authoritative: 1 << 10, truncated: 1 << 9, desired: 1 << 8, available: 1 << 7, authentic: 1 << 5, disabled: 1 << 4 };
const codes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"];
const cookieOption = 10;
const errorOption = 15;
/** Types that dns-packet has no codec for, by number. */
const numbers: Readonly<Record<string, number>> = { SPF: 99, ANY: 255 };

type WireRecord = NonNullable<Packet["answers"]>[number];

/** A question as a client sends it. */
export function queryMessage(
  id: number,
  question: DnsQuestion,
  options: {
    readonly recursionDesired: boolean;
    readonly checkingDisabled?: boolean;
    readonly authenticData?: boolean;
    readonly edns?: Edns;
  },
): DnsMessage {
  return {
    id,
    response: false,
    opcode: "QUERY",
    authoritative: false,
    truncated: false,
    recursionDesired: options.recursionDesired,
    recursionAvailable: false,
    authenticData: options.authenticData ?? false,
    checkingDisabled: options.checkingDisabled ?? false,
    status: "NOERROR",
    question,
    answers: [],
    authority: [],
    additional: [],
    ...(options.edns === undefined ? {} : { edns: options.edns }),
  };
}

/** The message's bytes, names compressed as BIND does. */
export function encodeMessage(message: DnsMessage): Uint8Array {
  const flags =
    (message.authoritative ? flag.authoritative : 0) |
    (message.truncated ? flag.truncated : 0) |
    (message.recursionDesired ? flag.desired : 0) |
    (message.recursionAvailable ? flag.available : 0) |
    (message.authenticData ? flag.authentic : 0) |
    (message.checkingDisabled ? flag.disabled : 0) |
    Math.max(0, codes.indexOf(message.status));
  const { question, edns } = message;
  return compressMessage(
    encode({
      type: message.response ? "response" : "query",
      id: message.id,
      flags,
      questions: question === undefined ? [] : [{ type: wireType(question.type) as "A", name: plainName(question.name), class: "IN" }],
      answers: message.answers.map(toWire),
      authorities: message.authority.map(toWire),
      additionals: [...message.additional.map(toWire), ...(edns === undefined ? [] : [optRecord(edns)])],
    }),
  );
}

/** The message in these bytes; undefined where they are none. */
export function decodeMessage(bytes: Uint8Array): DnsMessage | undefined {
  let packet: ReturnType<typeof decode>;
  try {
    packet = decode(Buffer.from(bytes));
  } catch {
    return undefined;
  }
  const flags = packet.flags ?? 0;
  const question = packet.questions?.[0];
  const opt = packet.additionals?.find((record) => record.type === "OPT");
  return {
    id: packet.id ?? 0,
    response: packet.type === "response",
    opcode: (packet as { opcode?: string }).opcode ?? "QUERY",
    authoritative: (flags & flag.authoritative) !== 0,
    truncated: (flags & flag.truncated) !== 0,
    recursionDesired: (flags & flag.desired) !== 0,
    recursionAvailable: (flags & flag.available) !== 0,
    authenticData: (flags & flag.authentic) !== 0,
    checkingDisabled: (flags & flag.disabled) !== 0,
    status: codes[flags & 15] ?? `RESERVED${flags & 15}`,
    ...(question === undefined ? {} : { question: { name: absoluteName(question.name), type: plainType(question.type) } }),
    answers: (packet.answers ?? []).map(fromWire),
    authority: (packet.authorities ?? []).map(fromWire),
    additional: (packet.additionals ?? []).filter((record) => record.type !== "OPT").map(fromWire),
    ...(opt === undefined ? {} : { edns: readOpt(opt) }),
  };
}

function optRecord(edns: Edns): WireRecord {
  const options: { readonly code: number; readonly data: Buffer }[] = [];
  if (edns.cookie !== undefined) options.push({ code: cookieOption, data: Buffer.from(edns.cookie, "hex") });
  if (edns.errorCode !== undefined) options.push({ code: errorOption, data: Buffer.from([edns.errorCode >> 8, edns.errorCode & 255]) });
  return {
    type: "OPT",
    name: ".",
    udpPayloadSize: edns.udpSizeBytes,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: edns.dnssecOk ? 0x8000 : 0,
    flag_do: edns.dnssecOk,
    options,
  } as unknown as WireRecord;
}

function readOpt(record: unknown): Edns {
  const opt = record as { udpPayloadSize: number; flags: number; options: readonly { code: number; data?: Buffer }[] };
  const option = (code: number): Buffer | undefined => opt.options.find((candidate) => Number(candidate.code) === code)?.data;
  const cookie = option(cookieOption);
  const error = option(errorOption);
  return {
    udpSizeBytes: opt.udpPayloadSize,
    dnssecOk: (opt.flags & 0x8000) !== 0,
    ...(cookie === undefined ? {} : { cookie: cookie.toString("hex") }),
    ...(error === undefined ? {} : { errorCode: error.readUInt16BE(0) }),
  };
}

/** dns-packet writes types it does not know as `UNKNOWN_n`. */
function wireType(type: string): string {
  const number = numbers[type] ?? /^TYPE(\d+)$/.exec(type)?.[1];
  return number === undefined ? type : `UNKNOWN_${number}`;
}

function plainType(type: string): string {
  const number = /^UNKNOWN_(\d+)$/.exec(type)?.[1];
  if (number === undefined) return type;
  return Object.keys(numbers).find((name) => numbers[name] === Number(number)) ?? `TYPE${number}`;
}

function toWire(record: DnsRecord): WireRecord {
  const wire = { name: plainName(record.name), type: wireType(record.type), ttl: record.ttlSeconds, class: "IN", data: dataToWire(record) };
  return wire as unknown as WireRecord;
}

function dataToWire(record: DnsRecord): unknown {
  const fields = record.data.split(" ");
  const [first = "", second = "", third = "", fourth = ""] = fields;
  if (first === "\\#") return Buffer.from(fields.slice(2).join(""), "hex");
  switch (record.type) {
    case "NS":
    case "CNAME":
    case "PTR":
    case "DNAME":
      return plainName(first);
    case "MX":
      return { preference: Number(first), exchange: plainName(second) };
    case "SRV":
      return { priority: Number(first), weight: Number(second), port: Number(third), target: plainName(fourth) };
    case "SOA": {
      const [, , serial, refresh, retry, expire, minimum] = fields.map(Number);
      return { mname: plainName(first), rname: plainName(second), serial, refresh, retry, expire, minimum };
    }
    case "TXT":
      return characterStrings(record.data).map((text) => Buffer.from(text, "latin1"));
    case "SPF":
      return Buffer.concat(
        characterStrings(record.data).map((text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "latin1")])),
      );
    case "CAA":
      return { flags: Number(first), tag: second, value: characterStrings(record.data)[2] ?? "" };
    case "HINFO": {
      const [cpu = "", os = ""] = characterStrings(record.data);
      return { cpu, os };
    }
    case "TLSA":
      return {
        usage: Number(first),
        selector: Number(second),
        matchingType: Number(third),
        certificate: Buffer.from(fields.slice(3).join(""), "hex"),
      };
    case "DS":
      return { keyTag: Number(first), algorithm: Number(second), digestType: Number(third), digest: Buffer.from(fourth, "hex") };
    case "RP":
      return { mbox: plainName(first), txt: plainName(second) };
    case "NAPTR": {
      const [order, preference, flags, services, regexp, replacement] = characterStrings(record.data);
      return { order: Number(order), preference: Number(preference), flags, services, regexp, replacement: plainName(replacement ?? ".") };
    }
    default:
      return record.data;
  }
}

function fromWire(record: WireRecord): DnsRecord {
  const wire = record as unknown as { name: string; type: string; ttl?: number; data: unknown };
  const type = plainType(wire.type);
  return { name: absoluteName(wire.name), type, ttlSeconds: wire.ttl ?? 0, data: dataFromWire(type, wire.data) };
}

/** dns-packet's value of each type → presentation format. */
function dataFromWire(type: string, value: unknown): string {
  const fields = value as Readonly<Record<string, string | number | Buffer>>;
  const hex = (field: unknown): string =>
    (
      (field as Buffer)
        .toString("hex")
        .toUpperCase()
        .match(/.{1,56}/g) ?? []
    ).join(" ");
  switch (type) {
    case "A":
    case "AAAA":
      return value as string;
    case "NS":
    case "CNAME":
    case "PTR":
    case "DNAME":
      return absoluteName(value as string);
    case "MX":
      return `${fields["preference"] ?? 0} ${absoluteName(fields["exchange"] as string)}`;
    case "SRV":
      return `${fields["priority"]} ${fields["weight"]} ${fields["port"]} ${absoluteName(fields["target"] as string)}`;
    case "SOA": {
      const names = [absoluteName(fields["mname"] as string), absoluteName(fields["rname"] as string)];
      return [...names, fields["serial"], fields["refresh"], fields["retry"], fields["expire"], fields["minimum"]].join(" ");
    }
    case "TXT":
      return (value as readonly Buffer[]).map((text) => quoteText(text.toString("latin1"))).join(" ");
    case "SPF":
      return lengthPrefixed(value as Buffer)
        .map(quoteText)
        .join(" ");
    case "CAA":
      return `${fields["flags"]} ${fields["tag"]} ${quoteText(fields["value"] as string)}`;
    case "HINFO":
      return `${quoteText(fields["cpu"] as string)} ${quoteText(fields["os"] as string)}`;
    case "TLSA":
      return `${fields["usage"]} ${fields["selector"]} ${fields["matchingType"]} ${hex(fields["certificate"])}`;
    case "DS":
      return `${fields["keyTag"]} ${fields["algorithm"]} ${fields["digestType"]} ${hex(fields["digest"])}`;
    case "RP":
      return `${absoluteName(fields["mbox"] as string)} ${absoluteName(fields["txt"] as string)}`;
    case "NAPTR": {
      const texts = [fields["flags"], fields["services"], fields["regexp"]].map((text) => quoteText(String(text)));
      return [fields["order"], fields["preference"], ...texts, absoluteName(fields["replacement"] as string)].join(" ");
    }
    default: {
      const raw = value as Buffer;
      return raw.length === 0 ? "\\# 0" : `\\# ${raw.length} ${hex(raw)}`;
    }
  }
}

function lengthPrefixed(bytes: Buffer): readonly string[] {
  const texts: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += 1 + bytes.readUInt8(offset)) {
    texts.push(bytes.toString("latin1", offset + 1, offset + 1 + bytes.readUInt8(offset)));
  }
  return texts;
}
