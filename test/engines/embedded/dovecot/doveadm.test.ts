import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { dovecotConf, type MailboxHost, openMailboxHost } from "./mailbox-host.ts";

let host: MailboxHost | undefined;
afterEach(() => host?.down());

async function open(options: Parameters<typeof openMailboxHost>[0] = {}): Promise<MailboxHost> {
  host = await openMailboxHost(options);
  return host;
}

interface Step {
  readonly run?: string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly exit: number;
}

/** Steps of a recording that are commands of Dovecot. */
function recordedSteps(name: string): readonly (Step & { readonly run: string })[] {
  const path = new URL(`../../../fixtures/recordings/command/${name}.json`, import.meta.url);
  const { steps } = JSON.parse(readFileSync(path, "utf8")) as { readonly steps: readonly Step[] };
  return steps.flatMap((step) => (step.run !== undefined && /^dove/.test(step.run) ? [{ ...step, run: step.run }] : []));
}

/** What the simulated Dovecot does not have, or what shows the machine rather than Dovecot. */
const NOT_HERE: Readonly<Record<string, string>> = {
  "doveadm fetch -u alice text mailbox INBOX uid 1": "the mail came through the whole world",
  'doveadm fetch -u alice "hdr body" mailbox INBOX uid 2': "the mail came through the whole world",
  "doveadm fetch -u alice hdr mailbox INBOX uid 3": "the mail came through the whole world",
  "doveadm log errors": "errors are not kept",
  "doveadm service status lmtp": "not simulated",
  "doveadm process status | head -5": "not simulated",
  "doveadm auth lookup alice": "not simulated",
};

/** Without what differs from run to run: identifiers, sizes, times, process ids, the kernel. */
function settled(text: string): string {
  return text
    .replace(/\b[0-9a-f]{32}\b/g, "GUID")
    .replace(/\b(vsize|uidvalidity|firstsaved)=\d+/g, "$1=N")
    .replace(/^(date\.received): .*/gm, "$1: DATE")
    .replace(/^(size\.virtual): .*/gm, "$1: N")
    .replace(/\d+\.M\d+P\d+\.(\S+),S=\d+,W=\d+/g, "NAME.$1")
    .replace(/(STORAGE) +\d+/g, "$1 N")
    .replace(/<\d+>/g, "<PID>")
    .replace(/with PID \d+/g, "with PID N")
    .replace(/^# OS: .*/m, "# OS");
}

describe("doveadm", () => {
  it("says what the recorded one says, command by command", async () => {
    const { mail, run } = await open();
    const messages: readonly (readonly [string, string])[] = [
      ["Lunch", "m1"],
      ["Invoice 42", "m2"],
      ["Re: Lunch", "m3"],
    ];
    for (const [subject, id] of messages)
      await mail(["alice@meadow.example"], `Subject: ${subject}\nMessage-ID: <${id}@brook.example>\n\nText.`);
    const steps = recordedSteps("doveadm").filter((step) => NOT_HERE[step.run] === undefined);
    expect(steps.length).toBeGreaterThan(45);
    for (const step of steps) {
      const { stdout, stderr, code } = await run(step.run.replaceAll("\\\\", "\\"));
      const expected = { run: step.run, stdout: settled(step.stdout.join("")), stderr: settled(step.stderr.join("")), code: step.exit };
      expect({ run: step.run, stdout: settled(stdout), stderr: settled(stderr), code }).toEqual(expected);
    }
  });

  it.each<[string, string, number]>([
    ["doveadm search -u alice foo", "Fatal: Unknown argument FOO\n", 75],
    ["doveadm search alice", "Fatal: USER environment is missing and -u option not used\n", 64],
    ["doveadm search -u alice", "doveadm search [-u <user>|-A] [-S <socket_path>] <search query>\n", 64],
    ["doveadm search -u alice since foo", "Fatal: Invalid search date parameter: foo\n", 75],
    ["doveadm search -u alice mailbox", "Fatal: Missing parameter for search key (for search key: MAILBOX)\n", 75],
    ["doveadm expunge -u alice all", "Fatal: expunge: To avoid accidents, search query must contain MAILBOX in all search branches\n", 64],
    ["doveadm mailbox status -u alice foo INBOX", "Fatal: Unknown status field: foo\n", 64],
    ["doveadm mailbox status -u alice", "doveadm mailbox status [-u <user>|-A] [-S <socket_path>] <fields> <mailbox> [...]\n", 64],
    [
      "doveadm mailbox status -u alice messages nosuch",
      "doveadm(alice): Error: Mailbox nosuch: Failed to lookup mailbox status: Mailbox doesn't exist: nosuch\n",
      68,
    ],
    ["doveadm quota get -u alice bob", "Error: Extraneous arguments found: bob\n", 64],
    ["doveadm quota", "usage: doveadm [-Dv] [-f <formatter>] quota <command> [<args>]\n  get          \n  recalc       \n", 64],
    ["doveadm mailbox create -u alice INBOX", "doveadm(alice): Error: Can't create mailbox INBOX: Mailbox already exists\n", 65],
    ["doveadm -f foo user alice", "doveadm: Fatal: Unknown print formatter: foo\n", 75],
    ["doveadm flags add -u alice \\Foo mailbox INBOX all", "Fatal: Invalid system flag: \\Foo\n", 75],
    ["doveadm stop x", "Error: Extraneous arguments found: x\n", 64],
  ])("%s", async (line, stderr, code) => {
    expect(await (await open()).run(line)).toMatchObject({ stderr, code });
  });

  it("searches, fetches and expunges", async () => {
    const { mail, run, range } = await open();
    await mail(["alice@meadow.example"], "From: <dana@brook.example>\nSubject: one\n\nfirst");
    await range.clock.advance(86_400_000);
    await mail(["alice@meadow.example", "bob@meadow.example"], `From: <erik@brook.example>\nSubject: two\n\n${"x".repeat(900)}`);
    const uids = async (query: string): Promise<readonly string[]> =>
      (await run(`doveadm search -u alice ${query}`)).stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ")[1] ?? ""]));
    const found: Record<string, readonly string[]> = {};
    for (const query of [
      "all",
      "subject ONE",
      "not subject one",
      "from dana or from erik",
      "larger 1k",
      "body first",
      "1",
      "uid 2:*",
      "since 1h",
      "unseen recent",
      "( from erik )",
      "before 2026-11-25",
      "mailbox Work* all",
    ])
      found[query] = await uids(query);
    expect(found).toEqual({
      all: ["1", "2"],
      "subject ONE": ["1"],
      "not subject one": ["2"],
      "from dana or from erik": ["1", "2"],
      "larger 1k": ["2"],
      "body first": ["1"],
      "1": ["1"],
      "uid 2:*": ["2"],
      "since 1h": ["2"],
      "unseen recent": ["1", "2"],
      "( from erik )": ["2"],
      "before 2026-11-25": ["1"],
      "mailbox Work* all": [],
    });
    expect((await run("doveadm fetch -u alice 'uid date.received' all")).stdout).toBe(
      "uid: 1\ndate.received: 2026-11-24 04:00:00\n\f\nuid: 2\ndate.received: 2026-11-25 04:00:00\n",
    );
    expect((await run("doveadm search -A all")).stdout).toMatch(/^alice [0-9a-f]{32} 1\nalice [0-9a-f]{32} 2\nbob [0-9a-f]{32} 1\n$/);
    await run("doveadm expunge -u alice mailbox INBOX subject two");
    expect(await uids("all")).toEqual(["1"]);
    expect(range.machine("mailbox").files.list("/srv/vmail/alice/Maildir/new")).toHaveLength(1);
  });
});

describe("starting, reloading, stopping", () => {
  it("writes the real lines", async () => {
    const { run, log, range } = await open();
    expect(log()).toEqual(["master: Info: Dovecot v2.3.19.1 (9b53102964) starting up for imap, lmtp (core dumps disabled)"]);
    await run("doveadm reload");
    expect(log().at(-1)).toBe("master: Warning: SIGHUP received - reloading configuration");
    expect(await run("doveadm stop")).toMatchObject({ stdout: "", stderr: "", code: 0 });
    expect(log().at(-1)).toMatch(/^master: Warning: Killed with signal 15 \(by pid=\d+ uid=0 code=kill\)$/);
    expect(range.machine("mailbox").services.state("dovecot")).toBe("stopped");
    expect(await run("doveadm reload")).toMatchObject({
      stderr: "Fatal: Dovecot is not running (read from /run/dovecot/master.pid)\n",
      code: 75,
    });
    expect(await run("dovecot")).toMatchObject({ stdout: "", stderr: "", code: 0 });
    expect(log().at(-1)).toMatch(/starting up for imap, lmtp/);
  });

  it("keeps its settings over a reload of a broken file, and does not start with one", async () => {
    const { run, log, range, mail } = await open();
    range.machine("mailbox").files.write("/etc/dovecot/dovecot.conf", `${dovecotConf}foo = bar\n`);
    const words = "Error in configuration file /etc/dovecot/dovecot.conf line 39: Unknown setting: foo";
    expect(await run("doveadm reload")).toMatchObject({ stderr: "", code: 0 });
    expect(log().at(-1)).toBe(
      `master: Error: Error reading configuration: ${words} - Also failed to read config by executing doveconf: /run/dovecot/config is a UNIX socket`,
    );
    expect((await mail(["alice@meadow.example"], "\nx"))[0]).toMatch(/^250 /);
    expect(await run("doveconf -n")).toMatchObject({ stderr: `doveconf: Fatal: ${words}\n`, code: 89 });
    await run("doveadm stop");
    expect(await run("dovecot")).toMatchObject({ stderr: `doveconf: Fatal: ${words}\n`, code: 89 });
    expect(await run("doveadm reload")).toMatchObject({ stderr: `doveconf: Fatal: ${words}\n`, code: 89 });
    range.machine("mailbox").files.remove("/etc/dovecot/dovecot.conf");
    expect(await run("dovecot")).toMatchObject({
      stderr: "Fatal: Error reading configuration: stat(/etc/dovecot/dovecot.conf) failed: No such file or directory\n",
      code: 89,
    });
  });

  it("follows edited settings after a reload only, and edited users at once", async () => {
    const { run, range, mail } = await open();
    const { files } = range.machine("mailbox");
    files.write("/etc/dovecot/dovecot.conf", dovecotConf.replace("50M", "1k"));
    files.write("/etc/dovecot/users", "dave:{PLAIN}p:5000:5000::/srv/vmail/dave::\n");
    const big = `\n${"x".repeat(3000)}`;
    expect((await mail(["dave@meadow.example"], big))[0]).toMatch(/^250 /);
    await run("doveadm reload");
    expect((await mail(["dave@meadow.example"], big))[0]).toMatch(/^552 /);
  });

  it("gives one log for one seed", async () => {
    const logs: string[][] = [];
    for (const seed of [1, 1, 2]) {
      const { mail, range, down } = await openMailboxHost({ seed });
      for (let number = 0; number < 3; number++)
        await mail(["alice@meadow.example", "bob@meadow.example"], `Message-ID: <${number}@x>\n\nx`);
      logs.push([...range.lines().map((line) => line.text), ...range.machine("mailbox").files.walk("/srv/vmail")]);
      down();
    }
    expect(logs[1]).toEqual(logs[0]);
    expect(logs[2]).not.toEqual(logs[0]);
    expect(new Set(logs[0]?.filter((line) => line.includes("saved mail"))).size).toBe(6);
  });
});
