import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readReport } from "../../src/mail/dsn.ts";

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "../fixtures/dsn", name), "utf8");

test("a failure", () => {
  expect(readReport(fixture("failure-us-ascii.eml"))).toMatchObject({
    reportingMta: "mx2.corp.example",
    arrivalDate: "Tue, 24 Nov 2026 02:28:33 +0000 (UTC)",
    perMessage: { "x-postfix-queue-id": "078081CA90A", "x-postfix-sender": "rfc822; bob@sender.example" },
    recipients: [
      {
        finalRecipient: "alice@corp.example",
        originalRecipient: "alice@corp.example",
        action: "failed",
        status: "5.4.6",
        diagnostic: "mail for corp.example loops back to myself",
        diagnosticType: "X-Postfix",
      },
    ],
    originalMessageId: "<1795487312831@sender.example>",
  });
});

test("a delay of three recipients, its folded diagnostic unfolded", () => {
  const report = readReport(fixture("delay-three-recipients.eml").replaceAll("\n", "\r\n"));
  expect(report?.recipients.map(({ action, status }) => [action, status])).toEqual([
    ["delayed", "4.4.1"],
    ["delayed", "4.4.1"],
    ["delayed", "4.4.3"],
  ]);
  expect(report?.recipients[0]).toMatchObject({
    diagnostic: "connect to 127.0.0.1[127.0.0.1]:26: Connection refused",
    willRetryUntil: "Sun, 29 Nov 2026 06:44:51 +0000 (UTC)",
  });
});

test("a success", () => {
  expect(readReport(fixture("success.eml"))?.recipients).toMatchObject([{ action: "expanded", status: "2.0.0" }]);
});

test.each([
  "",
  "Subject: x\n\nbody\n",
  "Content-Type: multipart/mixed; boundary=x\n\n--x\n\n--x--\n",
  "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\nno parts\n",
])("no report: %j", (text) => expect(readReport(text)).toBeUndefined());
