import { decode, encode } from "dns-packet";
import { absoluteName, type DnsRecord, plainName } from "../../../mail/dns.ts";
import { compressMessage } from "./compression.ts";
import { fromWire, plainType, toWire, type WireRecord, wireType } from "./record-data.ts";

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
