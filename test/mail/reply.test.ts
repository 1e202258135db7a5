import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatReply, isWholeReply, parseReply, replyClass } from "../../src/mail/reply.ts";

const dialogues = join(import.meta.dirname, "../fixtures/recordings/smtp");

test("every recorded reply is read and written back", () => {
  let seen = 0;
  for (const file of readdirSync(dialogues)) {
    const { steps } = JSON.parse(readFileSync(join(dialogues, file), "utf8")) as { steps: { receive?: string[] }[] };
    for (const { receive } of steps) {
      const text = (receive ?? []).join("");
      // A pipelining client gets several replies at once.
      const replies = text.match(/(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r\n/g) ?? [];
      for (const reply of replies) {
        const parsed = parseReply(reply);
        expect(parsed, reply).toBeDefined();
        if (parsed !== undefined) expect(`${formatReply(parsed)}\r\n`).toBe(reply);
        expect(isWholeReply(reply)).toBe(true);
        seen++;
      }
    }
  }
  expect(seen).toBeGreaterThan(400);
});

test.each([
  ["250-a\r\n250 b\r\n", { code: 250, lines: ["a", "b"] }],
  ["550 5.1.1 <x>: no\r\n", { code: 550, status: "5.1.1", lines: ["<x>: no"] }],
  ["250-2.1.0 a\n250 2.1.0 b\n", { code: 250, status: "2.1.0", lines: ["a", "b"] }],
  ["450 5.1.1 a status of another class is text", { code: 450, lines: ["5.1.1 a status of another class is text"] }],
  ["220", { code: 220, lines: [""] }],
  ["250-a\r\n251 b\r\n", undefined],
  ["250-a\r\n", undefined],
  ["hello\r\n", undefined],
  ["99 x\r\n", undefined],
])("%j", (text, expected) => expect(parseReply(text)).toEqual(expected));

test("law: parse(format(r)) = r", () => {
  const line = fc.stringMatching(/^[A-Za-z<][A-Za-z <>@.:]{0,30}[a-z>]$/);
  const reply = fc.record({ code: fc.integer({ min: 200, max: 599 }), lines: fc.array(line, { minLength: 1, maxLength: 4 }) });
  fc.assert(
    fc.property(reply, (given) => {
      expect(parseReply(formatReply(given))).toEqual(given);
    }),
  );
});

test.each([
  [250, "success"],
  [354, "intermediate"],
  [421, "transient"],
  [554, "permanent"],
])("%d is %s", (code, expected) => expect(replyClass(code)).toBe(expected));

test.each([
  ["250-a\r\n", false],
  ["250 a", false],
  ["250 a\r\n", true],
  ["250-a\r\n250 b\r\n", true],
])("%j is whole: %s", (text, expected) => expect(isWholeReply(text)).toBe(expected));
