import { describe, expect, it } from "vitest";
import { type DnsMessage, decodeMessage, encodeMessage, queryMessage } from "../../../../src/engines/embedded/dns/message.ts";

const question = queryMessage(4711, { name: "meadow.example.", type: "MX" }, { recursionDesired: true });
const response = (records: readonly (readonly [type: string, data: string, name?: string])[]): DnsMessage => ({
  ...question,
  response: true,
  answers: records.map(([type, data, name = "meadow.example."]) => ({ name, type, ttlSeconds: 60, data })),
});

describe("a message on the wire", () => {
  it.each([
    ["A", "203.0.113.19"],
    ["AAAA", "2001:db8::1"],
    ["MX", "0 ."],
    ["TXT", '"a" "b\\"c\\233"'],
    ["SPF", '"x" "y"'],
    ["SOA", "ns1.meadow.example. hostmaster.meadow.example. 2026112401 3600 600 604800 60"],
    ["SRV", "0 1 587 mx1.meadow.example."],
    ["CAA", '0 issue "ca.example"'],
    ["TLSA", `3 1 1 ${"AB".repeat(28)} ${"CD".repeat(4)}`],
    ["NAPTR", '100 10 "u" "E2U+sip" "!^.*$!sip:x!" .'],
    ["HINFO", '"PC" "Linux"'],
    ["DNAME", "new.example."],
    ["TYPE65280", "\\# 3 010203"],
  ])("keeps %s %s", (type, data) => {
    const message = response([[type, data]]);
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  });

  it.each([
    [
      "a reply with addresses",
      [
        ["MX", "20 mx2.meadow.example."],
        ["MX", "10 mx1.meadow.example."],
      ] as const,
      72,
    ],
    // "example." is the question without its first label; in "ns.backbone.example." BIND does not look that far.
    ["names that share only their far ends", [["NS", "ns.backbone.example.", "example."]] as const, 65],
  ])("has BIND's size: %s", (_, records, sizeBytes) => {
    expect(encodeMessage(response(records)).length).toBe(sizeBytes);
  });

  it("carries flags, codes, EDNS, cookies and extended errors", () => {
    const edns = { udpSizeBytes: 1232, dnssecOk: true, cookie: "00112233445566778899aabbccddeeff0011223344556677", errorCode: 18 };
    const message: DnsMessage = { ...response([]), authoritative: true, truncated: true, status: "REFUSED", checkingDisabled: true, edns };
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  });

  it("is none where the bytes are none", () => {
    expect(decodeMessage(new Uint8Array([1, 2, 3]))).toBeUndefined();
  });
});
