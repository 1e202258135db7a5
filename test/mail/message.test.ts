import { describe, expect, test } from "vitest";
import {
  bodyOffset,
  countHops,
  headerValue,
  headerValues,
  mailDate,
  parseHeader,
  prepend,
  receivedBy,
  splitMessage,
} from "../../src/mail/message.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

describe("header and body", () => {
  test.each([
    ["a: 1\nb: 2\n\nbody\n", "a: 1\nb: 2\n", "body\n"],
    ["a: 1\r\n\r\nbody\r\n", "a: 1\r\n", "body\r\n"],
    ["a: 1\n\n", "a: 1\n", ""],
    ["a: 1\r\n\r\n", "a: 1\r\n", ""],
    ["a: 1\n", "a: 1\n", ""],
    ["\nbody", "", "body"],
    ["\r\nbody", "", "body"],
    ["", "", ""],
    ["a: 1\n\n\nbody", "a: 1\n", "\nbody"],
  ])("%j", (message, header, body) => {
    const parts = splitMessage(bytes(message));
    expect([text(parts.header), text(parts.body)]).toEqual([header, body]);
    expect(text(bytes(message).subarray(bodyOffset(bytes(message))))).toBe(body);
  });

  test("nothing is copied", () => {
    const message = bytes(`Subject: x\n\n${"y".repeat(1000)}`);
    expect(splitMessage(message).body.buffer).toBe(message.buffer);
  });
});

const received = "Received: from a (b [192.0.2.1])\n\tby mx1.meadow.example (Postfix) with ESMTP id 1\n\tfor <x@y>; Tue, 24 Nov 2026\n";

test("fields are unfolded; white space in names is none of theirs", () => {
  const fields = parseHeader(
    `${received}Received: by mail.brook.example (Postfix, from userid 0)\n\tid 2\nSubject : Hi\nX-Empty:\nno field\nTo: a,\n b\n\nSubject: body\n`,
  );
  expect(fields.map(({ name }) => name)).toEqual(["Received", "Received", "Subject", "X-Empty", "To"]);
  expect(headerValue(fields, "subject")).toBe("Hi");
  expect(headerValue(fields, "to")).toBe("a, b");
  expect(headerValue(fields, "x-empty")).toBe("");
  expect(headerValue(fields, "cc")).toBeUndefined();
  expect(headerValues(fields, "RECEIVED")).toHaveLength(2);
  expect(countHops(fields)).toBe(2);
  expect(receivedBy(fields)).toEqual(["mail.brook.example", "mx1.meadow.example"]);
});

test("a hop in front", () => {
  const whole = prepend(received, bytes("Subject: x\n\nbody\n"));
  expect(text(whole)).toBe(`${received}Subject: x\n\nbody\n`);
  expect(countHops(parseHeader(whole))).toBe(1);
});

/** Answers of mail_date(3) of Postfix 3.7.11 in UTC. */
test.each([
  [1795487313, "Tue, 24 Nov 2026 02:28:33 +0000 (UTC)"],
  [1793500000, "Sun,  1 Nov 2026 02:26:40 +0000 (UTC)"],
  [1793664000, "Tue,  3 Nov 2026 00:00:00 +0000 (UTC)"],
])("%d", (seconds, date) => {
  expect(mailDate(seconds * 1000 + 999)).toBe(date);
  expect(mailDate(seconds * 1000, { zoneName: false })).toBe(date.replace(" (UTC)", ""));
});
