import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Replay, replay } from "./recorded-dialogue.ts";

const noise = "the recorder's own second connection is in the real log";

/** What is not as recorded, and why. A recording that has become equal must leave this list. */
const known: Readonly<Record<string, string>> = {
  "mailbox-auth-backend-down": "SASL is not simulated",
  "mx1-connection-count": noise,
  "mx1-lost-after-data": "two programs log at the same instant: which line comes first is chance",
  "mx1-mail-syntax": noise,
  "mx1-order": noise,
  "mx1-recipient-limit": noise,
  "mx1-tls-cert-missing": "TLS is not simulated",
};

const names = readdirSync(new URL("../../../fixtures/recordings/smtp/", import.meta.url)).map((file) => file.replace(".json", ""));

describe("SMTP dialogues recorded on the real programs", () => {
  for (const name of names) {
    test(name, { timeout: 30_000 }, async ({ skip }) => {
      const result = await replay(name);
      if (typeof result === "string") return skip(`needs ${result}`);
      if (Object.hasOwn(known, name)) expect(got(result)).not.toEqual(expected(result));
      else expect(got(result)).toEqual(expected(result));
    });
  }
});

function got({ replies, log }: Replay): unknown {
  return { dialogue: replies.map((each) => [each.sent, each.got]), log };
}

function expected({ replies, expectedLog }: Replay): unknown {
  return { dialogue: replies.map((each) => [each.sent, each.expected]), log: expectedLog };
}
