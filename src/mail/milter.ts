/**
 * The Sendmail milter protocol, version 6, as packets: what an MTA (the client) and a filter (the server) say to each other.
 * Pure: values to bytes and back. Names and numbers are those of libmilter's mfdef.h; Postfix speaks the same.
 *
 * A packet is a four-byte length (network order, the letter counted), one letter, and data. Strings end with a NUL.
 */

/** What the MTA says. */
export type MilterCommand =
  | { readonly command: "optneg"; readonly version: number; readonly actions: number; readonly steps: number }
  /** Macro values that go with the command `for`: `{"{client_addr}": "203.0.113.10", "i": "4F1D2A"}`. */
  | { readonly command: "macro"; readonly for: MilterStage; readonly macros: Readonly<Record<string, string>> }
  | {
      readonly command: "connect";
      readonly hostName: string;
      readonly family: "inet" | "inet6" | "unix" | "unknown";
      /** 0 where the family has none. */
      readonly port: number;
      /** An address, or a path for `unix`; "" for `unknown`. */
      readonly address: string;
    }
  | { readonly command: "helo"; readonly name: string }
  /** The address with its angle brackets first, then the ESMTP parameters: `["<a@b.example>", "SIZE=1024"]`. */
  | { readonly command: "mail"; readonly parameters: readonly string[] }
  | { readonly command: "rcpt"; readonly parameters: readonly string[] }
  | { readonly command: "data" }
  | { readonly command: "unknown"; readonly line: string }
  /** The value without the space after the colon, unless leading space was negotiated. Folds are LF. */
  | { readonly command: "header"; readonly name: string; readonly value: string }
  | { readonly command: "eoh" }
  /** At most 65535 bytes. Line ends are CRLF. */
  | { readonly command: "body"; readonly chunk: Uint8Array }
  /** End of message; a last chunk may ride along. */
  | { readonly command: "eom"; readonly chunk: Uint8Array }
  | { readonly command: "abort" }
  | { readonly command: "quit" }
  /** Quit, but a new connection follows on the same socket. */
  | { readonly command: "quit-nc" };

/** What the filter answers. */
export type MilterReply =
  | {
      readonly reply: "optneg";
      readonly version: number;
      readonly actions: number;
      readonly steps: number;
      /** Macros that the filter asks for at a stage, where it asks: `{mail: "i {mail_addr}"}`. */
      readonly macros: Readonly<Partial<Record<MacroStage, string>>>;
    }
  | { readonly reply: "accept" | "continue" | "reject" | "tempfail" | "discard" | "progress" | "skip" | "shutdown" | "conn-fail" }
  /** A whole SMTP reply: `554 5.7.1 Spam message rejected`; several lines are joined by CRLF. */
  | { readonly reply: "replycode"; readonly text: string }
  | { readonly reply: "addheader"; readonly name: string; readonly value: string }
  /** Index 0 puts it before all others. */
  | { readonly reply: "insheader"; readonly index: number; readonly name: string; readonly value: string }
  /** The index-th field (from 1) of this name; an empty value removes it. */
  | { readonly reply: "chgheader"; readonly index: number; readonly name: string; readonly value: string }
  | { readonly reply: "chgfrom"; readonly address: string; readonly parameters: string }
  | { readonly reply: "addrcpt"; readonly address: string }
  | { readonly reply: "addrcpt-par"; readonly address: string; readonly parameters: string }
  | { readonly reply: "delrcpt"; readonly address: string }
  | { readonly reply: "replbody"; readonly chunk: Uint8Array }
  | { readonly reply: "quarantine"; readonly reason: string };

/** The commands that macros may go with. */
export type MilterStage = "connect" | "helo" | "mail" | "rcpt" | "data" | "unknown" | "header" | "eoh" | "body" | "eom";

/** Stages at which a filter may choose its macros in the negotiation. */
export type MacroStage = "connect" | "helo" | "mail" | "rcpt" | "data" | "eom" | "eoh";

/** SMFIF_*: changes to a message that the filter may make. */
export const MILTER_ACTIONS = {
  addHeaders: 0x01,
  changeBody: 0x02,
  addRecipients: 0x04,
  deleteRecipients: 0x08,
  changeHeaders: 0x10,
  quarantine: 0x20,
  changeFrom: 0x40,
  addRecipientsWithParameters: 0x80,
  setSymbolList: 0x100,
} as const;

/** SMFIP_*: steps that the filter does not want (`no...`), does not answer (`noReply...`), or options of the protocol. */
export const MILTER_STEPS = {
  noConnect: 0x01,
  noHelo: 0x02,
  noMail: 0x04,
  noRcpt: 0x08,
  noBody: 0x10,
  noHeaders: 0x20,
  noEoh: 0x40,
  noReplyHeader: 0x80,
  noUnknown: 0x100,
  noData: 0x200,
  skip: 0x400,
  rejectedRcpt: 0x800,
  noReplyConnect: 0x1000,
  noReplyHelo: 0x2000,
  noReplyMail: 0x4000,
  noReplyRcpt: 0x8000,
  noReplyData: 0x10000,
  noReplyUnknown: 0x20000,
  noReplyEoh: 0x40000,
  noReplyBody: 0x80000,
  leadingSpace: 0x100000,
} as const;

/** The most that a body packet carries. */
export const MILTER_CHUNK_BYTES = 65535;

/** A packet before its data is understood. */
export interface MilterPacket {
  /** The command's or reply's letter. */
  readonly letter: string;
  readonly data: Uint8Array;
}

/** Bytes that are not the milter protocol. */
export class MilterError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MilterError";
  }
}

/** Cuts a byte stream into packets. */
export interface MilterPacketReader {
  /**
   * Takes the next bytes of the stream and gives the packets that they complete.
   * @throws MilterError on a length of nothing or above `maximumBytes`
   */
  push(bytes: Uint8Array): readonly MilterPacket[];
  /** Bytes of an unfinished packet. */
  pendingBytes(): number;
}

const COMMAND_LETTERS = {
  abort: "A",
  body: "B",
  connect: "C",
  macro: "D",
  eom: "E",
  helo: "H",
  "quit-nc": "K",
  header: "L",
  mail: "M",
  eoh: "N",
  optneg: "O",
  quit: "Q",
  rcpt: "R",
  data: "T",
  unknown: "U",
} as const satisfies Record<MilterCommand["command"], string>;

const REPLY_LETTERS = {
  addrcpt: "+",
  delrcpt: "-",
  "addrcpt-par": "2",
  shutdown: "4",
  optneg: "O",
  accept: "a",
  replbody: "b",
  continue: "c",
  discard: "d",
  chgfrom: "e",
  "conn-fail": "f",
  addheader: "h",
  insheader: "i",
  chgheader: "m",
  progress: "p",
  quarantine: "q",
  reject: "r",
  skip: "s",
  tempfail: "t",
  replycode: "y",
} as const satisfies Record<MilterReply["reply"], string>;

const FAMILY_LETTERS = { inet: "4", inet6: "6", unix: "L", unknown: "U" } as const;

/** SMFIM_*: how the negotiation numbers the stages. */
const MACRO_STAGES: readonly MacroStage[] = ["connect", "helo", "mail", "rcpt", "data", "eom", "eoh"];

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A reader for one direction of one connection. */
export function createMilterPacketReader(maximumBytes = 2 * 1024 * 1024): MilterPacketReader {
  let pending: Uint8Array = EMPTY;
  return {
    push: (bytes) => {
      pending = pending.length === 0 ? bytes : concat([pending, bytes]);
      const packets: MilterPacket[] = [];
      let offset = 0;
      while (pending.length - offset >= 4) {
        const length = uint32(pending, offset);
        if (length === 0 || length > maximumBytes) throw new MilterError(`a milter packet of ${length} bytes`);
        if (pending.length - offset - 4 < length) break;
        const start = offset + 4;
        packets.push({
          letter: String.fromCharCode(byteAt(pending, start)),
          data: new Uint8Array(pending.subarray(start + 1, start + length)),
        });
        offset = start + length;
      }
      // A copy: the caller may use its buffer again.
      pending = new Uint8Array(pending.subarray(offset));
      return packets;
    },
    pendingBytes: () => pending.length,
  };
}

/** The packet that says this. */
export function encodeMilterCommand(command: MilterCommand): Uint8Array {
  return packet(COMMAND_LETTERS[command.command], commandData(command));
}

/** The packet that answers this. */
export function encodeMilterReply(reply: MilterReply): Uint8Array {
  return packet(REPLY_LETTERS[reply.reply], replyData(reply));
}

/** @throws MilterError when it is no command, or its data does not fit it */
export function decodeMilterCommand({ letter, data }: MilterPacket): MilterCommand {
  const command = nameOf(COMMAND_LETTERS, letter);
  switch (command) {
    case undefined:
      throw new MilterError(`an unknown milter command ${JSON.stringify(letter)}`);
    case "optneg":
      return { command, version: uint32(data, 0), actions: uint32(data, 4), steps: uint32(data, 8) };
    case "macro":
      return { command, for: stageOf(data), macros: pairs(strings(data.subarray(1))) };
    case "connect":
      return connectOf(data);
    case "helo":
      return { command, name: string(data) };
    case "mail":
    case "rcpt":
      return { command, parameters: strings(data) };
    case "unknown":
      return { command, line: string(data) };
    case "header": {
      const [name, value] = nameAndValue(data);
      return { command, name, value };
    }
    case "body":
    case "eom":
      return { command, chunk: data };
    default:
      return { command };
  }
}

/** @throws MilterError when it is no reply, or its data does not fit it */
export function decodeMilterReply({ letter, data }: MilterPacket): MilterReply {
  const reply = nameOf(REPLY_LETTERS, letter);
  switch (reply) {
    case undefined:
      throw new MilterError(`an unknown milter reply ${JSON.stringify(letter)}`);
    case "optneg":
      return { reply, version: uint32(data, 0), actions: uint32(data, 4), steps: uint32(data, 8), macros: macroLists(data.subarray(12)) };
    case "replycode":
      return { reply, text: string(data) };
    case "addheader": {
      const [name, value] = nameAndValue(data);
      return { reply, name, value };
    }
    case "insheader":
    case "chgheader": {
      const [name, value] = nameAndValue(data.subarray(4));
      return { reply, index: uint32(data, 0), name, value };
    }
    case "addrcpt":
    case "delrcpt":
      return { reply, address: string(data) };
    case "chgfrom":
    case "addrcpt-par": {
      const [address = "", parameters = ""] = strings(data);
      return { reply, address, parameters };
    }
    case "replbody":
      return { reply, chunk: data };
    case "quarantine":
      return { reply, reason: string(data) };
    default:
      return { reply };
  }
}

function commandData(command: MilterCommand): Uint8Array {
  switch (command.command) {
    case "optneg":
      return concat([bytesOf32(command.version), bytesOf32(command.actions), bytesOf32(command.steps)]);
    case "macro":
      return concat([encoder.encode(COMMAND_LETTERS[command.for]), ...Object.entries(command.macros).flat().map(terminated)]);
    case "connect": {
      const start = [terminated(command.hostName), encoder.encode(FAMILY_LETTERS[command.family])];
      if (command.family === "unknown") return concat(start);
      const port = new Uint8Array([command.port >> 8, command.port & 0xff]);
      return concat([...start, port, terminated(command.address)]);
    }
    case "helo":
      return terminated(command.name);
    case "mail":
    case "rcpt":
      return concat(command.parameters.map(terminated));
    case "unknown":
      return terminated(command.line);
    case "header":
      return concat([terminated(command.name), terminated(command.value)]);
    case "body":
    case "eom":
      return command.chunk;
    default:
      return EMPTY;
  }
}

function replyData(reply: MilterReply): Uint8Array {
  switch (reply.reply) {
    case "optneg": {
      const lists = MACRO_STAGES.flatMap((stage, number) => {
        const macros = reply.macros[stage];
        return macros === undefined ? [] : [bytesOf32(number), terminated(macros)];
      });
      return concat([bytesOf32(reply.version), bytesOf32(reply.actions), bytesOf32(reply.steps), ...lists]);
    }
    case "replycode":
      return terminated(reply.text);
    case "addheader":
      return concat([terminated(reply.name), terminated(reply.value)]);
    case "insheader":
    case "chgheader":
      return concat([bytesOf32(reply.index), terminated(reply.name), terminated(reply.value)]);
    case "addrcpt":
    case "delrcpt":
      return terminated(reply.address);
    case "chgfrom":
    case "addrcpt-par":
      return concat([terminated(reply.address), ...(reply.parameters === "" ? [] : [terminated(reply.parameters)])]);
    case "replbody":
      return reply.chunk;
    case "quarantine":
      return terminated(reply.reason);
    default:
      return EMPTY;
  }
}

function connectOf(data: Uint8Array): MilterCommand {
  const end = endOfString(data, 0);
  const hostName = decoder.decode(data.subarray(0, end));
  const letter = String.fromCharCode(byteAt(data, end + 1));
  const family = nameOf(FAMILY_LETTERS, letter);
  if (family === undefined) throw new MilterError(`an unknown address family ${JSON.stringify(letter)}`);
  if (family === "unknown") return { command: "connect", hostName, family, port: 0, address: "" };
  const port = byteAt(data, end + 2) * 256 + byteAt(data, end + 3);
  return { command: "connect", hostName, family, port, address: string(data.subarray(end + 4)) };
}

function stageOf(data: Uint8Array): MilterStage {
  const letter = String.fromCharCode(byteAt(data, 0));
  const stage = nameOf(COMMAND_LETTERS, letter);
  switch (stage) {
    case undefined:
    case "abort":
    case "macro":
    case "optneg":
    case "quit":
    case "quit-nc":
      throw new MilterError(`macros for ${JSON.stringify(letter)}`);
    default:
      return stage;
  }
}

function macroLists(data: Uint8Array): Partial<Record<MacroStage, string>> {
  const lists: Partial<Record<MacroStage, string>> = {};
  for (let offset = 0; offset < data.length; ) {
    const stage = MACRO_STAGES[uint32(data, offset)];
    if (stage === undefined) throw new MilterError(`macros for the stage ${uint32(data, offset)}`);
    const end = endOfString(data, offset + 4);
    lists[stage] = decoder.decode(data.subarray(offset + 4, end));
    offset = end + 1;
  }
  return lists;
}

function packet(letter: string, data: Uint8Array): Uint8Array {
  return concat([bytesOf32(data.length + 1), encoder.encode(letter), data]);
}

function nameOf<Name extends string>(letters: Readonly<Record<Name, string>>, letter: string): Name | undefined {
  for (const name of Object.keys(letters) as Name[]) if (letters[name] === letter) return name;
  return undefined;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function terminated(text: string): Uint8Array {
  return encoder.encode(`${text}\0`);
}

function bytesOf32(value: number): Uint8Array {
  return new Uint8Array([value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
}

function uint32(data: Uint8Array, offset: number): number {
  return (
    ((byteAt(data, offset) << 24) | (byteAt(data, offset + 1) << 16) | (byteAt(data, offset + 2) << 8) | byteAt(data, offset + 3)) >>> 0
  );
}

function byteAt(data: Uint8Array, offset: number): number {
  const value = data[offset];
  if (value === undefined) throw new MilterError("a milter packet that ends too early");
  return value;
}

function endOfString(data: Uint8Array, start: number): number {
  const end = data.indexOf(0, start);
  if (end === -1) throw new MilterError("a string without its NUL");
  return end;
}

function string(data: Uint8Array): string {
  return decoder.decode(data.subarray(0, endOfString(data, 0)));
}

function strings(data: Uint8Array): string[] {
  const found: string[] = [];
  for (let offset = 0; offset < data.length; ) {
    const end = endOfString(data, offset);
    found.push(decoder.decode(data.subarray(offset, end)));
    offset = end + 1;
  }
  return found;
}

function nameAndValue(data: Uint8Array): [string, string] {
  const [name, value] = strings(data);
  if (name === undefined || value === undefined) throw new MilterError("a header without a name or value");
  return [name, value];
}

function pairs(list: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let index = 0; index + 1 < list.length; index += 2) record[list[index] as string] = list[index + 1] as string;
  return record;
}
