import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { acceptingFilter } from "./accepting-filter.ts";
import { fakeDovecot } from "./fake-dovecot.ts";
import { normalised } from "./normalised.ts";
import { openOffice } from "./office.ts";

interface CommandRecording {
  readonly differences?: readonly { readonly host: string; readonly command?: string }[];
  readonly steps: readonly {
    readonly at?: string;
    readonly run?: string;
    readonly user?: string;
    readonly stdout?: readonly string[];
    readonly stderr?: readonly string[];
    readonly exit?: number;
    readonly wait?: number;
  }[];
}

const names = ["queue-empty", "queue-one", "queue-three", "queue-held-message", "queue-more", "qshape", "sendmail", "postfix-lifecycle"];

/** Lines whose output is not as recorded, by the line or its number, and why. */
const known: Readonly<Record<string, string>> = {
  "queue-empty: qshape": "the image of that recording had no module File::Find",
  "queue-empty: qshape deferred": "the image of that recording had no module File::Find",
  "queue-one: qshape": "the image of that recording had no module File::Find",
  "queue-one: qshape deferred": "the image of that recording had no module File::Find",
  "queue-one: qshape -s deferred": "the image of that recording had no module File::Find",
  'queue-one: find /var/spool/postfix -type f -path "*defer*"': "lock files of master(8) under pid/ are not there",
  "qshape: 1": "the recorder's mails were still in the active queue",
  "queue-three: qshape deferred": "the image of that recording had no module File::Find",
  "sendmail: sendmail -bs </dev/null": "sendmail -bs is not simulated",
  'sendmail: printf "EHLO x\\nMAIL FROM:<a@meadow.example>\\nRCPT TO:<alice@meadow.example>\\nQUIT\\n" | sendmail -bs': "as above",
  "sendmail: sendmail -bv alice@meadow.example nobody@meadow.example": "sendmail -bv says that it is not simulated",
};

interface Step {
  readonly run: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number | undefined;
}

describe("commands recorded on the real programs", () => {
  test.each(names)("%s", { timeout: 30_000 }, async (name) => {
    const { expected, got } = await replayCommands(name);
    for (const [index, step] of expected.entries()) {
      const isKnown = Object.hasOwn(known, `${name}: ${step.run}`) || Object.hasOwn(known, `${name}: ${index}`);
      if (isKnown) expect.soft(got[index], step.run).not.toEqual(step);
      else expect.soft(got[index], step.run).toEqual(step);
    }
  });
});

async function replayCommands(name: string): Promise<{ readonly expected: readonly Step[]; readonly got: readonly Step[] }> {
  const path = new URL(`../../../fixtures/recordings/command/${name}.json`, import.meta.url);
  const recorded = JSON.parse(readFileSync(path, "utf8")) as CommandRecording;
  const office = await openOffice({ hosts: ["sender", "mx1", "mx2", "mailbox", "filter"], daemons: [acceptingFilter, fakeDovecot] });
  const expected: Step[] = [];
  const got: Step[] = [];
  await office.advance(123);
  try {
    // What the recording before had left behind.
    if (name === "queue-more") for (const host of ["mx1", "mx2"]) await office.run(host, "postfix stop");
    for (const { host, command } of recorded.differences ?? []) {
      await office.run(host, command ?? "true");
      await office.advance(1500);
    }
    for (const { at, run, user, stdout, stderr, exit, wait } of recorded.steps) {
      if (wait !== undefined) await office.advance(wait * 1000);
      if (at === undefined || run === undefined || user !== undefined) continue;
      const answer = await office.run(at, run);
      await office.advance(500);
      const text = (lines: readonly string[] | undefined): string => (lines ?? []).join("");
      expected.push({ run, stdout: listed(text(stdout)), stderr: normalised(text(stderr)), exit });
      got.push({ run, stdout: listed(answer.stdout), stderr: normalised(answer.stderr), exit: answer.code });
    }
  } finally {
    office.down();
  }
  return { expected, got };
}

/** Messages of a queue listing in one order: theirs is that of the directories. */
function listed(text: string): string {
  const plain = normalised(text);
  if (plain.startsWith('{"queue_name"')) return plain.split("\n").sort().join("\n");
  if (!plain.startsWith("-Queue ID-")) return plain;
  const [head = "", ...lines] = plain.split("\n");
  return [head, ...lines.join("\n").split("\n\n").sort()].join("\n\n");
}
