import { describe, expect, it } from "vitest";
import {
  characterStrings,
  isWithin,
  labelsOf,
  mailExchangeOf,
  parentName,
  quoteText,
  reverseName,
  sameName,
  textOf,
} from "../../src/mail/dns.ts";
import { digMultilineStyle, digStyle, questionLine, recordLine, zoneDumpStyle } from "../../src/mail/dns-text.ts";

const record = (type: string, data: string, name = "meadow.example.", ttlSeconds = 60) => ({ name, type, ttlSeconds, data });

describe("names", () => {
  it.each([
    ["Meadow.Example", "meadow.example.", true],
    ["meadow.example.", "meadow.example", true],
    ["meadow.example", "example", false],
    [".", "", true],
  ])("%s and %s", (left, right, same) => {
    expect(sameName(left, right)).toBe(same);
  });

  it.each([
    ["mx1.meadow.example.", "Meadow.example.", true],
    ["meadow.example.", "meadow.example.", true],
    ["notmeadow.example.", "meadow.example.", false],
    ["example.", "meadow.example.", false],
    ["anything.", ".", true],
  ])("%s within %s: %s", (name, ancestor, within) => {
    expect(isWithin(name, ancestor)).toBe(within);
  });

  it("have labels, parents, and reverse names", () => {
    expect(labelsOf("a\\.b.example.")).toEqual(["a\\.b", "example"]);
    expect(labelsOf(".")).toEqual([]);
    expect([parentName("mx1.meadow.example."), parentName("example."), parentName(".")]).toEqual(["meadow.example.", ".", "."]);
    expect(reverseName("203.0.113.19")).toBe("19.113.0.203.in-addr.arpa.");
    expect(reverseName("2001:db8::1")).toBe(`1.${"0.".repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa.`);
  });
});

describe("data", () => {
  it("of a mail exchange", () => {
    expect(mailExchangeOf(record("MX", "10 mx1.meadow.example."))).toEqual({ preference: 10, exchange: "mx1.meadow.example." });
    expect(mailExchangeOf(record("A", "203.0.113.19"))).toBeUndefined();
  });

  it("of text is joined without spaces, escapes undone", () => {
    expect(textOf(record("TXT", '"v=spf1 " "mx -all"'))).toBe("v=spf1 mx -all");
    expect(characterStrings('"a\\"b" c\\233')).toEqual(['a"b', "c\u00e9"]);
    expect(quoteText('a"b\\c\u00e9')).toBe('"a\\"b\\\\c\\233"');
  });
});

describe("records as BIND's programs lay them out", () => {
  it.each([
    [record("MX", "10 mx1.meadow.example."), "meadow.example.\t\t60\tIN\tMX\t10 mx1.meadow.example."],
    [record("CNAME", "x.", "19.113.0.203.in-addr.arpa."), "19.113.0.203.in-addr.arpa. 60\tIN\tCNAME\tx."],
    [record("PTR", "x.", "19.16-31.113.0.203.in-addr.arpa."), "19.16-31.113.0.203.in-addr.arpa. 60 IN\tPTR\tx."],
    [record("A", "198.51.100.2", "resolver.office.meadow.example."), "resolver.office.meadow.example.\t60 IN\tA\t198.51.100.2"],
  ])("%o", (given, line) => {
    expect(recordLine(given, digStyle)).toBe(line);
  });

  it("in a zone dump, in a question, over lines", () => {
    expect(recordLine(record("A", "203.0.113.7", "mx8.meadow.example.", 604_800), zoneDumpStyle)).toBe(
      "mx8.meadow.example.\t\t\t      604800 IN\tA\t203.0.113.7",
    );
    expect(questionLine(".", "NS", digStyle)).toBe(".\t\t\t\tIN\tNS");
    expect(recordLine(record("SOA", "a. b. 2026112401 3600 600 604800 60"), digMultilineStyle)).toBe(
      [
        "meadow.example.\t\t60 IN SOA a. b. (",
        "\t\t\t\t2026112401 ; serial",
        "\t\t\t\t3600       ; refresh (1 hour)",
        "\t\t\t\t600        ; retry (10 minutes)",
        "\t\t\t\t604800     ; expire (1 week)",
        "\t\t\t\t60         ; minimum (1 minute)",
        "\t\t\t\t)",
      ].join("\n"),
    );
  });
});
