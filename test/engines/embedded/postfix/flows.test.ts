import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type FlowReplay, replayFlow } from "./recorded-flow.ts";

/** Recordings whose symptoms are made by programs that have only stand-ins here. */
const madeByOthers = /^(dkim|dmarc|spf|rspamd|sieve|domains|filter-distrusts|postfix-peer-hangs)/;

const order = "Rspamd writes the results of Authentication-Results now in this order, now in that";
const sizes = "the stand-ins for Rspamd and Dovecot write other texts, so sizes differ";
const verification = "sendmail -bv and -v are not simulated";
const lostLine = "the real postlogd lost its last line when Postfix stopped";
const longer = "the replay waits longer than the recorder did, and sees what came later";

/** What is not as recorded, and why. A recording that has become equal must leave this list. */
const known: Readonly<Record<string, string>> = {
  "dsn/delayed": "the recorder's earlier mail had suspended the destination",
  "dsn/success": sizes,
  "dsn/verbose-v": verification,
  "dsn/verify-bv": verification,
  "flow/all-mx-stopped": "the steps lie closer together than the recorder's, and a retry falls between others",
  "flow/auth-backend-down": "SASL is not simulated",
  "flow/content-filter-down": "content_filter is not simulated",
  "flow/debug-peer": "verbose logging is not simulated",
  "flow/dovecot-stopped": "a Unix-domain socket vanishes with its listener, so that connect says ENOENT in place of ECONNREFUSED",
  "flow/good-thicket-to-meadow": sizes,
  "flow/good-two-recipients": "two destinations at once: which answers first is chance",
  "flow/header-checks": "header_checks are not simulated",
  "flow/local-alias-loop": order,
  "flow/local-alias-pipe": "commands in aliases are not simulated",
  "flow/mailbox-stopped": lostLine,
  "flow/no-ptr-mx1": longer,
  "flow/office-out-mx1-stopped": lostLine,
  "flow/relayhost-missing": "a network without route says so at once; the recorder's network swallowed the packets",
  "flow/storage": longer,
  "flow/tls-encrypt-not-offered": "TLS is not simulated",
  "flow/transport-typo-host": order,
  "flow/unknown-user-in-dovecot": sizes,
  "flow/virtual-alias-loop": longer,
};

const recordings = ["flow", "dsn"].flatMap((folder) =>
  readdirSync(new URL(`../../../fixtures/recordings/${folder}/`, import.meta.url))
    .map((file) => ({ folder, name: file.replace(".json", "") }))
    .filter(({ name }) => !madeByOthers.test(name)),
);

describe("mail flows recorded on the real programs", () => {
  for (const { folder, name } of recordings) {
    test(`${folder}/${name}`, { timeout: 30_000 }, async ({ skip }) => {
      const replay = await replayFlow(name, folder);
      if (typeof replay === "string") return skip(`needs ${replay}`);
      if (Object.hasOwn(known, `${folder}/${name}`)) expect(differences(replay)).not.toEqual({});
      else expect(differences(replay)).toEqual({});
    });
  }
});

/** By host or command: lines that only the recording has, and lines that only we have. */
function differences({ logs, outputs }: FlowReplay): Readonly<Record<string, readonly string[]>> {
  const parts = [
    ...logs.map(({ host, expected, got }) => [host, expected, got] as const),
    ...outputs.map(({ command, expected, got }) => [command, expected.split("\n"), got.split("\n")] as const),
  ];
  return Object.fromEntries(
    parts.flatMap(([part, expected, got]) => {
      if (expected.join("\n") === got.join("\n")) return [];
      const only = (lines: readonly string[], others: readonly string[], sign: string): readonly string[] =>
        lines.filter((line) => !others.includes(line)).map((line) => `${sign} ${line}`);
      return [[part, [...only(expected, got, "-"), ...only(got, expected, "+")]] as const];
    }),
  );
}
