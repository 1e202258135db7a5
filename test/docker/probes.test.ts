import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Range } from "../../src/world/engine.ts";
import type { SendQuestion } from "../../src/world/question.ts";
import { dockerHere, smallOffice } from "./office.ts";

const { engine, obstacle } = await dockerHere();

/** All that a learner may look at, host by host; a mailbox as its programs show it. */
const looks: Readonly<Record<string, string>> = {
  sender: "cat /var/log/mail.log; mailq; find /var/spool/postfix -type f | grep -v /pid/",
  mx1: "cat /var/log/mail.log; mailq",
  mx2: "cat /var/log/mail.log; mailq",
  filter: "cat /var/log/rspamd/rspamd.log",
  mailbox: [
    "cat /var/log/mail.log /var/log/dovecot.log; mailq",
    "find /srv/vmail /var/mail -type f -path '*/Maildir/*' | grep -E '/(cur|new|tmp)/' | sort",
    "doveadm fetch -u alice 'uid hdr.message-id' mailbox '*' all; doveadm quota get -u alice; doveadm mailbox status -u alice messages '*'",
  ].join("; "),
};

async function seen(range: Range): Promise<Record<string, string>> {
  const all = Object.entries(looks).map(async ([host, line]) => [host, (await range.run(host, line)).stdout] as const);
  return Object.fromEntries(await Promise.all(all));
}

const probe = (subject: string, to = "alice@meadow.example"): SendQuestion => ({
  ask: "send",
  from: "sender",
  mail: { from: "dana@brook.example", to: [to], subject, text: "A probe." },
  withinMs: 30_000,
  whileDown: [],
});

const learnersMail = "printf 'Subject: Mine\n\nHello.\n' | sendmail -f dana@brook.example alice@meadow.example";

/** Waits for a line of the range's log. */
function untilLine(range: Range, host: string, text: RegExp, since: number): Promise<void> {
  return new Promise((resolve) => {
    const isIt = (line: { host: string; text: string; atMs: number }): boolean =>
      line.host === host && text.test(line.text) && line.atMs >= since;
    const leave = range.follow((line) => {
      if (!isIt(line)) return;
      leave();
      resolve();
    });
    if (range.lines().some(isIt)) {
      leave();
      resolve();
    }
  });
}

describe.skipIf(engine === undefined)(`what probes leave${obstacle === undefined ? "" : ` (${obstacle})`}`, () => {
  let range: Range;
  beforeAll(async () => {
    if (engine === undefined) return;
    range = await engine.up(await smallOffice(engine));
    const since = range.time.now();
    await range.run("sender", learnersMail);
    await untilLine(range, "mailbox", /saved mail to INBOX/, since);
    await untilLine(range, "mailbox", /removed$/, since);
    await untilLine(range, "sender", /removed$/, since);
    await untilLine(range, "mx1", /disconnect from/, since);
    await range.time.advance(500);
  });
  afterAll(() => range?.down());

  it("is nothing: logs are the same byte for byte, queues, mailboxes and indexes as they were", async () => {
    const before = await seen(range);
    expect(before.mailbox).toContain("saved mail to INBOX");
    const { recipients } = await range.ask(probe("First"));
    expect(recipients).toMatchObject([{ fate: "delivered", copies: 1 }]);
    await range.ask({
      ask: "dialogue",
      from: "sender",
      to: "mx1",
      port: 25,
      send: ["EHLO there", "MAIL FROM:<a@brook.example>", "RCPT TO:<b@elsewhere.example>", "QUIT"],
    });
    const refused = await range.ask(probe("Second", "nobody@meadow.example"));
    expect(refused.recipients[0]?.fate).not.toBe("delivered");
    expect(await seen(range)).toEqual(before);
  });

  it("loses nothing that a learner does meanwhile, and the range's log goes on as it was", async () => {
    const since = range.time.now();
    const linesOf = (): string[] => range.lines().map(({ host, text }) => `${host} ${text}`);
    const known = new Set(linesOf());
    const typing = (async () => {
      for (let number = 1; number <= 40; number++) await range.run("sender", `postlog -t learner/note line ${number} of forty`);
    })();
    await Promise.all([typing, range.ask(probe("Third")), range.ask(probe("Fourth"))]);
    await untilLine(range, "sender", /line 40 of forty/, since);
    const { stdout } = await range.run("sender", "grep -o 'line [0-9]* of forty' /var/log/mail.log");
    expect(stdout.trim().split("\n")).toEqual(Array.from({ length: 40 }, (_, index) => `line ${index + 1} of forty`));
    const fresh = linesOf().filter((line) => !known.has(line));
    expect(fresh.filter((line) => line.includes("of forty"))).toHaveLength(40);
    expect(new Set(fresh).size).toBe(fresh.length);
  });

  it("lets a follower of the log follow on", async () => {
    const since = range.time.now();
    const inode = (await range.run("sender", "stat -c %i /var/log/mail.log")).stdout;
    const following = range.run("sender", "timeout 20 tail -n 0 -F /var/log/mail.log | grep -m1 'after the probe'");
    await range.ask(probe("Fifth"));
    await range.run("sender", "postlog -t learner/note after the probe");
    await untilLine(range, "sender", /after the probe/, since);
    expect((await following).stdout).toContain("after the probe");
    expect((await range.run("sender", "stat -c %i /var/log/mail.log")).stdout).toBe(inode);
  });
});
