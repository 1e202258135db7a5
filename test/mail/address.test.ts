import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { domainOf, parsePath, quoteAddress, sameAddress, splitAddress } from "../../src/mail/address.ts";
import { addressLiteral, hostNameFault, isFullyQualified, isHostName } from "../../src/mail/host-name.ts";

describe("paths, as leniently as Postfix reads them", () => {
  test.each<[string, string | undefined]>([
    ["<alice@meadow.example>", "alice@meadow.example"],
    [" <alice@meadow.example>", "alice@meadow.example"],
    ["alice@meadow.example", "alice@meadow.example"],
    ["dana@brook.example>", "dana@brook.example"],
    ["<>", ""],
    ["<alice>", "alice"],
    ["<alice@>", "alice@"],
    ["<@brook.example>", "@brook.example"],
    ["<@mx1.meadow.example:alice@meadow.example>", "alice@meadow.example"],
    ["<@a,@b:alice@meadow.example>", "alice@meadow.example"],
    ['<"alice"@meadow.example>', "alice@meadow.example"],
    ['<"da na"@brook.example>', "da na@brook.example"],
    ['<"a\\"b"@c>', 'a"b@c'],
    ["<finn@thicket.example@meadow.example>", "finn@thicket.example@meadow.example"],
    ["<root@[203.0.113.19]>", "root@[203.0.113.19]"],
    ["<alice(comment)@meadow.example>", "alice@meadow.example"],
    ["Alice <alice@meadow.example>", "alice@meadow.example"],
    ["<alice@meadow.example", undefined],
    ["<da na@brook.example>", undefined],
    ['<"open@c>', undefined],
    ["<a@b>, <c@d>", "a@b"],
  ])("%s", (text, expected) => expect(parsePath(text)).toBe(expected));

  const local = fc.stringMatching(/^[a-z "@\\().]{1,12}$/);
  test("law: what is quoted is read back", () => {
    fc.assert(
      fc.property(local, fc.stringMatching(/^[a-z]{1,8}\.example$/), (name, domain) => {
        const address = `${name}@${domain}`;
        expect(parsePath(`<${quoteAddress(address)}>`)).toBe(address);
      }),
    );
  });
});

/** Answers of quote_822_local(3) of Postfix 3.7.11. */
test.each([
  ["a@b", "a@b"],
  ["a b@c", '"a b"@c'],
  ["a.b@c", "a.b@c"],
  ["a..b@c", '"a..b"@c'],
  [".a@c", '".a"@c'],
  ['"x"@c', '"\\"x\\""@c'],
  ["a@b@c", '"a@b"@c'],
  ["a(b@c", '"a(b"@c'],
  ["a\\b@c", '"a\\\\b"@c'],
  ["user+x@c", "user+x@c"],
  ["a/b=c@d", "a/b=c@d"],
  ["o'n@d", "o'n@d"],
])("%s is written %s", (address, written) => expect(quoteAddress(address)).toBe(written));

test("parts of an address", () => {
  expect(splitAddress("a@b@C.D")).toEqual({ localPart: "a@b", domain: "C.D" });
  expect(splitAddress("alice")).toEqual({ localPart: "alice" });
  expect([domainOf("a@B.C"), domainOf("alice"), domainOf("")]).toEqual(["b.c", "", ""]);
  expect(sameAddress("Alice@meadow.example", "alice@MEADOW.example")).toBe(true);
});

/** Answers of valid_hostname(3) of Postfix 3.7.11. */
test.each([
  ["a", undefined],
  ["a_b", undefined],
  ["x.y", undefined],
  ["a.b.", "misplaced delimiter"],
  [".a", "misplaced delimiter"],
  ["a..b", "misplaced delimiter"],
  ["-a", "misplaced hyphen"],
  ["a-", "misplaced hyphen"],
  ["a.-b", "misplaced hyphen"],
  ["1.2.3.4", "numeric hostname"],
  ["123", "numeric hostname"],
  ["a!b", "invalid character"],
  ["", "empty hostname"],
  ["a".repeat(64), "bad length"],
])("host name %j: %s", (name, fault) => {
  expect(hostNameFault(name)).toBe(fault);
  expect(isHostName(name)).toBe(fault === undefined);
});

test.each([
  ["[203.0.113.10]", "203.0.113.10"],
  ["[IPv6:2001:db8::1]", "2001:db8::1"],
  ["[1.2.3]", undefined],
  ["203.0.113.10", undefined],
])("literal %s", (text, address) => expect(addressLiteral(text)).toBe(address));

test.each([
  ["a.b", true],
  ["a", false],
  ["a.", false],
  [".a", false],
])("%s is fully qualified: %s", (name, expected) => expect(isFullyQualified(name)).toBe(expected));
