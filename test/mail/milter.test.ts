import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createMilterPacketReader,
  decodeMilterCommand,
  decodeMilterReply,
  encodeMilterCommand,
  encodeMilterReply,
  type MilterCommand,
  MilterError,
  type MilterReply,
} from "../../src/mail/milter.ts";

const text = fc.string({ unit: "binary" }).filter((value) => !value.includes("\0"));
const bytes = fc.uint8Array({ maxLength: 200 });
const word = fc.nat(0xffff_ffff);
const stage = fc.constantFrom("connect", "helo", "mail", "rcpt", "data", "unknown", "header", "eoh", "body", "eom" as const);
const macroName = text.filter((value) => value !== "__proto__");

const command: fc.Arbitrary<MilterCommand> = fc.oneof(
  fc.record({ command: fc.constant("optneg" as const), version: word, actions: word, steps: word }),
  fc.record({
    command: fc.constant("macro" as const),
    for: stage as fc.Arbitrary<"mail">,
    macros: fc.dictionary(macroName, text, { noNullPrototype: true }),
  }),
  fc.record({
    command: fc.constant("connect" as const),
    hostName: text,
    family: fc.constantFrom("inet" as const, "inet6" as const, "unix" as const),
    port: fc.nat(65535),
    address: text,
  }),
  fc.record({
    command: fc.constant("connect" as const),
    hostName: text,
    family: fc.constant("unknown" as const),
    port: fc.constant(0),
    address: fc.constant(""),
  }),
  fc.record({ command: fc.constant("helo" as const), name: text }),
  fc.record({ command: fc.constantFrom("mail" as const, "rcpt" as const), parameters: fc.array(text) }),
  fc.record({ command: fc.constant("header" as const), name: text, value: text }),
  fc.record({ command: fc.constantFrom("body" as const, "eom" as const), chunk: bytes }),
  fc.record({ command: fc.constant("unknown" as const), line: text }),
  fc.record({ command: fc.constantFrom("data" as const, "eoh" as const, "abort" as const, "quit" as const, "quit-nc" as const) }),
);

const reply: fc.Arbitrary<MilterReply> = fc.oneof(
  fc.record({
    reply: fc.constant("optneg" as const),
    version: word,
    actions: word,
    steps: word,
    macros: fc.record({ connect: text, mail: text, eom: text, eoh: text }, { requiredKeys: [] }),
  }),
  fc.record({
    reply: fc.constantFrom(
      "accept" as const,
      "continue" as const,
      "reject" as const,
      "tempfail" as const,
      "discard" as const,
      "skip" as const,
    ),
  }),
  fc.record({ reply: fc.constant("replycode" as const), text }),
  fc.record({ reply: fc.constant("addheader" as const), name: text, value: text }),
  fc.record({ reply: fc.constantFrom("insheader" as const, "chgheader" as const), index: word, name: text, value: text }),
  fc.record({ reply: fc.constantFrom("addrcpt" as const, "delrcpt" as const), address: text }),
  fc.record({ reply: fc.constantFrom("chgfrom" as const, "addrcpt-par" as const), address: text, parameters: text }),
  fc.record({ reply: fc.constant("replbody" as const), chunk: bytes }),
  fc.record({ reply: fc.constant("quarantine" as const), reason: text }),
);

/** What a stream that arrives in pieces of this size holds. */
function inPieces(stream: Uint8Array, size: number) {
  const reader = createMilterPacketReader();
  const packets = [];
  for (let at = 0; at < stream.length; at += size) packets.push(...reader.push(stream.slice(at, at + size)));
  expect(reader.pendingBytes()).toBe(0);
  return packets;
}

describe("the milter protocol", () => {
  it("reads what it writes, however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(command), fc.array(reply), fc.integer({ min: 1, max: 50 }), (commands, replies, size) => {
        expect(inPieces(Buffer.concat(commands.map(encodeMilterCommand)), size).map(decodeMilterCommand)).toEqual(commands);
        expect(inPieces(Buffer.concat(replies.map(encodeMilterReply)), size).map(decodeMilterReply)).toEqual(replies);
      }),
    );
  });

  it.each<[string, Uint8Array, string]>([
    [
      "a negotiation",
      encodeMilterCommand({ command: "optneg", version: 6, actions: 0x1ff, steps: 0x1fffff }),
      "0000000d 4f 00000006 000001ff 001fffff",
    ],
    [
      "a client",
      encodeMilterCommand({ command: "connect", hostName: "a.example", family: "inet", port: 25, address: "203.0.113.10" }),
      `0000001b 43 ${hex("a.example")}00 34 0019 ${hex("203.0.113.10")}00`,
    ],
    [
      "a macro",
      encodeMilterCommand({ command: "macro", for: "mail", macros: { i: "4F1D" } }),
      `00000009 44 4d ${hex("i")}00 ${hex("4F1D")}00`,
    ],
    ["a reply code", encodeMilterReply({ reply: "replycode", text: "554 5.7.1 no" }), `0000000e 79 ${hex("554 5.7.1 no")}00`],
    [
      "a new header",
      encodeMilterReply({ reply: "insheader", index: 1, name: "X", value: "y" }),
      `00000009 69 00000001 ${hex("X")}00 ${hex("y")}00`,
    ],
  ])("writes %s as libmilter does", (_, written, expected) => {
    expect(Buffer.from(written).toString("hex")).toBe(expected.replaceAll(" ", ""));
  });

  it("refuses what is no milter", () => {
    expect(() => createMilterPacketReader().push(Buffer.from("220 mx1.meadow.example ESMTP\r\n"))).toThrow(MilterError);
    expect(() => createMilterPacketReader().push(new Uint8Array(4))).toThrow(MilterError);
    expect(() => decodeMilterCommand({ letter: "Z", data: new Uint8Array() })).toThrow(MilterError);
    expect(() => decodeMilterCommand({ letter: "H", data: Buffer.from("no end") })).toThrow(MilterError);
    expect(() => decodeMilterReply({ letter: "m", data: Buffer.from([0, 0]) })).toThrow(MilterError);
  });
});

function hex(value: string): string {
  return Buffer.from(value).toString("hex");
}
