import { simpleParser } from "mailparser";
import { describe, expect, test } from "vitest";
import { composeMail } from "../../src/mail/compose.ts";

const draft = {
  from: "dana@brook.example",
  to: ["alice@meadow.example", "bob@meadow.example"],
  subject: "Site visit",
  text: "Good morning,\n\nThursday.",
};
const stamp = { messageId: "<1.2@mail.brook.example>", atMs: Date.UTC(2026, 10, 30, 8, 12) };

test("a plain message", () => {
  expect(composeMail(draft, stamp)).toBe(
    [
      "From: dana@brook.example",
      "To: alice@meadow.example, bob@meadow.example",
      "Subject: Site visit",
      "Date: Mon, 30 Nov 2026 08:12:00 +0000",
      "Message-ID: <1.2@mail.brook.example>",
      "",
      "Good morning,",
      "",
      "Thursday.",
      "",
    ].join("\n"),
  );
});

test("given header fields replace, or come last", () => {
  const text = composeMail({ ...draft, headers: ["subject: Other", "X-Test: 1"] }, stamp);
  expect(text.split("\n\n")[0]?.split("\n").slice(2)).toEqual([
    "subject: Other",
    "Date: Mon, 30 Nov 2026 08:12:00 +0000",
    "Message-ID: <1.2@mail.brook.example>",
    "X-Test: 1",
  ]);
});

describe("padding to a size", () => {
  test.each([1000, 1077, 1078, 1079, 50_000, 4_194_304])("%d bytes, to the byte", (sizeBytes) => {
    expect(Buffer.byteLength(composeMail({ ...draft, sizeBytes }, stamp))).toBe(sizeBytes);
  });

  test("text outside ASCII counts by its bytes", () => {
    expect(Buffer.byteLength(composeMail({ ...draft, text: "Grüße aus Köln", sizeBytes: 2000 }, stamp))).toBe(2000);
  });

  test("a size that the text has already is no reason for an attachment", () => {
    expect(composeMail({ ...draft, sizeBytes: 10 }, stamp)).toBe(composeMail(draft, stamp));
  });

  test("the result is a message with text and attachment; no line is too long", async () => {
    const text = composeMail({ ...draft, sizeBytes: 20_000 }, stamp);
    const parsed = await simpleParser(text);
    expect(parsed.text?.trim()).toBe(draft.text);
    expect(parsed.attachments).toMatchObject([{ filename: "attachment.bin", contentType: "application/octet-stream" }]);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(78);
  });

  test("the same draft and stamp give the same bytes", () => {
    expect(composeMail({ ...draft, sizeBytes: 5000 }, stamp)).toBe(composeMail({ ...draft, sizeBytes: 5000 }, stamp));
  });
});
