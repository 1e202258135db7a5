import { performance } from "node:perf_hooks";
import { describe, expect, test } from "vitest";
import { forkRange } from "../../../../src/engines/embedded/fork.ts";
import { acceptingFilter } from "./accepting-filter.ts";
import { fakeDovecot } from "./fake-dovecot.ts";
import { type Office, type OfficeOptions, openOffice, withoutIds } from "./office.ts";

const hosts = ["sender", "mx1", "mx2", "mailbox", "filter", "bystander"];
const hour = 3_600_000;
const lunch = "From: dana@brook.example\nTo: alice@meadow.example\nSubject: Lunch\n\nHello.\n";
/** Retry times as Postfix has them by itself; the files of the recordings are those of a hurried world. */
const calm = {
  queue_run_delay: "300s",
  minimal_backoff_time: "300s",
  maximal_backoff_time: "4000s",
  maximal_queue_lifetime: "5d",
  bounce_queue_lifetime: "5d",
};

async function withOffice(options: OfficeOptions, play: (office: Office) => Promise<void>): Promise<void> {
  const office = await openOffice({ hosts, daemons: [acceptingFilter, fakeDovecot], ...options });
  try {
    await play(office);
  } finally {
    office.down();
  }
}

function send(office: Office, recipients = "alice@meadow.example"): Promise<unknown> {
  return office.run("sender", `sendmail -f dana@brook.example ${recipients}`, lunch);
}

function newMail(office: Office): readonly string[] {
  const { files } = office.range.machine("sender");
  const directory = "/var/mail/vhosts/brook.example/dana/new";
  return (files.list(directory) ?? []).map((name) => files.read(`${directory}/${name}`) ?? "");
}

describe("a mail to an unknown user", () => {
  test("comes back to its sender, who is told by whom and why", async () => {
    await withOffice({}, async (office) => {
      await send(office, "nobody@meadow.example");
      await office.advance(5000);
      const refusal =
        "550 5.1.1 <nobody@meadow.example>: Recipient address rejected: User unknown in relay recipient table (in reply to RCPT TO command)";
      expect(withoutIds(office.log("sender"))).toEqual(
        expect.arrayContaining([
          "mail postfix/pickup: Q1: uid=0 from=<dana@brook.example>",
          "mail postfix/bounce: Q1: sender non-delivery notification: Q2",
          "mail postfix/qmgr: Q1: removed",
          "mail postfix/qmgr: Q2: removed",
        ]),
      );
      expect(office.log("sender").join("\n")).toContain(
        `dsn=5.1.1, status=bounced (host mx1.meadow.example[203.0.113.19] said: ${refusal})`,
      );
      const [bounce = "", ...more] = newMail(office);
      expect(more).toEqual([]);
      expect(bounce).toContain("\nFinal-Recipient: rfc822; nobody@meadow.example\n");
      expect(bounce).toContain("\nRemote-MTA: dns; mx1.meadow.example\n");
      expect(bounce).toContain("\nSubject: Lunch\n");
    });
  });
});

describe("a mail that nobody takes", () => {
  const unreachable = { stopped: ["mx1", "mx2"], parameters: { sender: { ...calm, delay_warning_time: "4h" } } };

  test("is tried at growing intervals for five days, warned about once, and returned", async () => {
    await withOffice(unreachable, async (office) => {
      const start = office.range.clock.now();
      await send(office);
      await office.advance(6 * 24 * hour);
      const lines = office.range.lines().filter((line) => line.host === "sender" && line.path === "/var/log/mail.log");
      const tries = lines.filter((line) => line.text.includes("to=<alice@meadow.example>")).map((line) => line.atMs - start);
      const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
      // Backoff doubles from minimal to maximal_backoff_time, counted in runs of the queue.
      expect(gaps.slice(0, 6).map((gap) => Math.round(gap / 300_000))).toEqual([1, 1, 2, 4, 8, 14]);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(4_000_000 + 300_000 + 1000);
      const told = lines
        .filter((line) => line.text.includes("notification:"))
        .map((line) => [Math.round((line.atMs - start) / hour), line.text]);
      expect(told).toEqual([
        [expect.toSatisfy((at: number) => at >= 4 && at <= 6), expect.stringContaining("sender delay notification: ")],
        [expect.toSatisfy((at: number) => at >= 120 && at <= 122), expect.stringContaining("sender non-delivery notification: ")],
      ]);
      expect(lines.some((line) => line.text.endsWith("from=<dana@brook.example>, status=expired, returned to sender"))).toBe(true);
      expect((await office.run("sender", "postqueue -p")).stdout).toBe("Mail queue is empty\n");
    });
  });

  test("goes out at once when the queue is flushed after the repair", async () => {
    await withOffice(unreachable, async (office) => {
      await send(office);
      await office.advance(1000);
      await office.run("mx1", "postfix start");
      await office.advance(1000);
      expect(office.log("sender").join("\n")).not.toContain("status=sent");
      await office.run("sender", "postqueue -f");
      await office.advance(4000);
      expect(office.log("sender").join("\n")).toContain("relay=mx1.meadow.example[203.0.113.19]:25");
      expect(office.log("sender").join("\n")).toContain("status=sent (250 2.0.0 Ok: queued as ");
    });
  });

  test("outlives a restart of Postfix, with its queue id", async () => {
    await withOffice(unreachable, async (office) => {
      await send(office);
      await office.advance(1000);
      const before = (await office.run("sender", "postqueue -j")).stdout;
      await office.run("sender", "postfix stop");
      await office.advance(1000);
      expect((await office.run("sender", "postqueue -j")).stdout).toBe(before);
      await office.run("sender", "postfix start");
      await office.run("mx1", "postfix start");
      await office.advance(400_000);
      const id = /"queue_id": "(\w+)"/.exec(before)?.[1] ?? "none";
      expect(office.log("sender").join("\n")).toMatch(new RegExp(`smtp\\[\\d+\\]: ${id}: to=<alice@meadow.example>.*status=sent`));
    });
  });
});

describe("one seed", () => {
  async function play(office: Office): Promise<readonly string[]> {
    for (const to of ["alice@meadow.example", "nobody@meadow.example", "finn@thicket.example", "bob@meadow.example"])
      await send(office, to);
    await office.advance(10 * 60_000);
    return office.range.lines().map((line) => `${line.host} ${line.text}`);
  }

  test("gives one log, byte for byte", async () => {
    const logs: (readonly string[])[] = [];
    for (const seed of [3, 3, 4]) await withOffice({ seed, stopped: ["mailbox"] }, async (office) => void logs.push(await play(office)));
    expect(logs[1]).toEqual(logs[0]);
    expect(logs[2]).not.toEqual(logs[0]);
  });

  test("a fork taken between two events goes on as the original does", async () => {
    await withOffice({ stopped: ["mailbox"] }, async (office) => {
      await send(office);
      await office.advance(2000);
      const fork = await forkRange(office.range, office.kit);
      await office.advance(10 * 60_000);
      await fork.clock.advance(10 * 60_000);
      expect(fork.lines()).toEqual(office.range.lines());
      fork.down();
    });
  });
});

describe("a mail of four megabytes", () => {
  const large = `${lunch}${`${"A".repeat(76)}\n`.repeat(55_000)}`;

  test("that only the second MX refuses bounces when the first is down", async () => {
    await withOffice({ stopped: ["mx1"], parameters: { mx2: { message_size_limit: "2097152" } } }, async (office) => {
      await office.run("sender", "sendmail -f dana@brook.example alice@meadow.example", large);
      await office.advance(20_000);
      expect(office.log("sender").join("\n")).toMatch(
        /dsn=5\.3\.4, status=bounced \(message size \d+ exceeds size limit 2097152 of server mx2\.meadow\.example\[203\.0\.113\.20\]\)/,
      );
      expect(newMail(office)[0]).toContain("Content-Type: text/rfc822-headers\n");
    });
  });

  test("is through in well under a second", async () => {
    await withOffice({}, async (office) => {
      const start = performance.now();
      await office.run("sender", "sendmail -f dana@brook.example finn@thicket.example", large);
      await office.advance(20_000);
      expect(office.log("bystander").join("\n")).toContain("status=sent (delivered to maildir)");
      expect(performance.now() - start).toBeLessThan(1500);
    });
  });
});
