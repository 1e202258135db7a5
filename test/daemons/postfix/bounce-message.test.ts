import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bounceMessage, type NotificationKind } from "../../../src/daemons/postfix/bounce-message.ts";
import { postfixDialect } from "../../../src/daemons/postfix/dialect.ts";
import { readReport } from "../../../src/mail/dsn.ts";
import { headerValue, parseHeader } from "../../../src/mail/message.ts";
import type { Delivery } from "../../../src/world/event.ts";
import { mailLog, recording, recordings } from "./recording.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/dsn");

/** A notification as bounce(8) wrote it: without what cleanup(8) and the way to the mailbox put around it. */
function asWritten(delivered: string): string {
  const from = delivered.indexOf("\nDate: ") + 1;
  return delivered
    .slice(from)
    .replace(/^Message-Id: .*\n/m, "")
    .replace(/^(From: .*<MAILER-DAEMON)@\S+>/m, "$1>");
}

/** The returned mail inside a notification, without the Return-Path that bounce(8) puts before it. */
function returned(text: string, boundary: string): { readonly content: string; readonly headersOnly: boolean; readonly sender: string } {
  const part = text.split(`--${boundary}\n`)[3] ?? "";
  const start = part.indexOf("\nReturn-Path: ") + 1;
  const [line = "", ...rest] = part.slice(start).split("\n");
  const content = rest.join("\n").replace(`\n--${boundary}--\n`, "");
  return { content, headersOnly: part.includes("text/rfc822-headers"), sender: line.slice("Return-Path: <".length, -1) };
}

/** Writes the notification again from what it says and what the log says of its recipients. */
function writeAgain(delivered: string, kind: NotificationKind, reasonOf: (recipient: string) => string): string {
  const text = asWritten(delivered);
  const report = readReport(delivered);
  if (report === undefined) throw new Error("no report");
  const boundary = /boundary="(.*)"/.exec(headerValue(parseHeader(delivered), "Content-Type") ?? "")?.[1] ?? "";
  const [, seconds = "", myHostName = ""] = /^[^.]+\.(\d+)\/(.*)$/.exec(boundary) ?? [];
  const { content, headersOnly, sender } = returned(text, boundary);
  const at = (date: string | undefined): number => Date.parse((date ?? "").replace(" (UTC)", ""));
  return bounceMessage({
    kind,
    myHostName,
    queueId: report.perMessage["x-postfix-queue-id"] ?? "",
    sender,
    arrivedAtMs: at(report.arrivalDate),
    nowMs: Number(seconds) * 1000,
    failures: report.recipients.map((each) => ({
      recipient: each.finalRecipient,
      original: new RegExp(`<${each.finalRecipient}> \\(expanded from\\s+<(.*?)>`).exec(text)?.[1] ?? each.finalRecipient,
      dsnOriginal: `${/^Original-Recipient: utf-8;/m.test(text) ? "utf-8" : "rfc822"};${each.originalRecipient}`,
      action: each.action,
      status: each.status,
      reason: reasonOf(each.finalRecipient),
      ...(each.remoteMta === undefined ? {} : { remoteHost: each.remoteMta }),
      ...(each.diagnosticType === "smtp" ? { diagnostic: each.diagnostic ?? "" } : {}),
    })),
    original: Buffer.from(headersOnly ? `${content}\n\n${"x".repeat(60000)}` : content),
    headersOnly: false,
    sizeLimitBytes: 50000,
    retryUntilMs: at(report.recipients[0]?.willRetryUntil),
    delayWarningMs: 8000,
    envelopeId: report.perMessage["original-envelope-id"] ?? "",
    utf8: text.includes("charset=utf-8"),
    smtpUtf8: text.includes("message/global"),
  }).toString();
}

/** Every notification that a recording found in a mailbox, and the log of the host that wrote it. */
const cases = readdirSync(join(recordings, "flow")).flatMap((file) => {
  const name = `flow/${file.replace(/\.json$/, "")}`;
  const of = recording(name);
  const logs = Object.keys(of.logs ?? {}).flatMap((host) => mailLog(of, host));
  return (of.files ?? [])
    .map(({ content }) => content.join(""))
    .filter((text) => text.includes("report-type=delivery-status"))
    .map((text, index) => ({ name: `${name} ${index}`, text, logs }));
});

test("the recordings hold notifications", () => expect(cases.length).toBeGreaterThan(10));

describe("bounce(8)'s messages, written again from their contents, are the same bytes", () => {
  test.each(cases)("$name", ({ text, logs }) => {
    const reader = postfixDialect.reader({ year: 2026, host: "x" });
    const queueId = readReport(text)?.perMessage["x-postfix-queue-id"];
    const deliveries = logs
      .map((line) => reader.read(line))
      .filter((event): event is Delivery => event?.event === "delivery" && event.queueId === queueId);
    const reason = (recipient: string): string => deliveries.findLast(({ to }) => to === recipient)?.reply ?? "";
    expect(writeAgain(text, "failure", reason)).toBe(asWritten(text));
  });

  test.each<[string, NotificationKind, string]>([
    ["failure-us-ascii.eml", "failure", "mail for corp.example loops back to myself"],
    ["delay.eml", "delay", "Host or domain name not found. Name service error for name=meadow.example type=MX: Host not found, try again"],
    ["success.eml", "success", "delivery via local: alias expanded"],
  ])("%s", (file, kind, reason) => {
    const text = readFileSync(join(fixtures, file), "utf8");
    expect(writeAgain(text, kind, () => reason)).toBe(asWritten(text));
  });

  test("delay-three-recipients.eml", () => {
    const text = readFileSync(join(fixtures, "delay-three-recipients.eml"), "utf8");
    const reason = (recipient: string): string =>
      recipient.startsWith("strange")
        ? "Host or domain name not found. Name service error for name=meadow.example type=MX: Host not found, try again"
        : "connect to 127.0.0.1[127.0.0.1]:26: Connection refused";
    expect(writeAgain(text, "delay", reason)).toBe(asWritten(text));
  });
});

test("a message that is exactly as large as bounce_size_limit comes back whole, one byte more does not", () => {
  const write = (size: number): string =>
    bounceMessage({
      kind: "failure",
      myHostName: "mx2.meadow.example",
      queueId: "078081CA90A",
      sender: "dana@brook.example",
      arrivedAtMs: 0,
      nowMs: 0,
      failures: [],
      original: Buffer.from("Subject: x\n\n".padEnd(size, "y")),
      headersOnly: false,
      sizeLimitBytes: 100,
      retryUntilMs: 0,
      delayWarningMs: 0,
      envelopeId: "",
      utf8: true,
    }).toString();
  expect(write(100)).toContain("Content-Type: message/rfc822");
  expect(write(101)).toContain("Content-Type: text/rfc822-headers");
  expect(write(101)).not.toContain("yyy");
});
