import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { connectDocker } from "../../src/engines/docker/client.ts";
import { labels } from "../../src/engines/docker/labels.ts";
import { openJournal } from "../../src/session/journal/journal.ts";
import { root } from "../laws/source-tree.ts";
import { demandDocker, obstacle } from "./bare-range.ts";

const why = obstacle();
demandDocker(why);

const data = mkdtempSync(join(tmpdir(), "maildrill-standing-"));
const journalFile = join(data, "journal.db");
const env = { ...process.env, XDG_RUNTIME_DIR: data, MAILDRILL_JOURNAL: journalFile, MAILDRILL_LEARNER: "ann" };
const children: ChildProcess[] = [];

function maildrill(...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["bin/maildrill.mjs", ...args], { cwd: root, encoding: "utf8", env });
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

/** A learner at work, line by line. */
interface Player {
  /** Types a line that is obeyed when the shell waits for one. */
  say(line: string): void;
  /** Types a line, and waits until the screen shows these words, once more than before. */
  type(line: string, words: string): Promise<void>;
  shown(): string;
  kill(): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** @param expects what the screen shows when the session is there */
async function play(expects: string, ...flags: string[]): Promise<Player> {
  const args = ["bin/maildrill.mjs", "play", "side-door", "--engine", "docker", "--plain", ...flags];
  const child = spawn(process.execPath, args, { cwd: root, env });
  children.push(child);
  let shown = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  const times = (words: string): number => shown.replaceAll(/\s+/g, " ").split(words).length - 1;
  const until = (words: string, more: number): Promise<void> =>
    vi.waitFor(() => expect(times(words), shown).toBeGreaterThan(more), { timeout: 100_000, interval: 50 });
  await until(expects, 0);
  const say = (line: string): void => void child.stdin.write(`${line}\n`);
  return {
    say,
    type: async (line, words) => {
      const before = times(words) + (line.includes(words) ? 1 : 0);
      say(line);
      await until(words, before);
    },
    shown: () => shown,
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    ended,
  };
}

const again = "So is your range: it went on meanwhile.";
const mending = "sed -i -e '/MX/s/20 mx1/5 mx1/' -e '/serial/s/[0-9][0-9]*/2026113001/' /etc/bind/db.meadow.example && rndc reload";

describe.skipIf(why !== undefined)("a range on docker outlives its player", () => {
  let docker: Docker;
  beforeAll(async () => {
    docker = (await connectDocker(process.env)).docker;
  });
  afterEach(async () => {
    // As long as one lives its range is its own.
    await Promise.all(
      children.splice(0).map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill("SIGKILL");
        await once(child, "close");
      }),
    );
    // Whoever runs these tests may have ranges of their own that wait: those are left alone.
    for (const session of sessions()) for (const range of await rangesOf(session)) maildrill("down", range);
  });
  afterAll(() => rmSync(data, { recursive: true }));

  /** Ids of this journal's sessions, in their order. */
  const sessions = (): string[] => {
    const journal = openJournal(journalFile);
    const ids = journal.sessions().map(({ id }) => id);
    journal.close();
    return ids;
  };
  const lastEvent = (): string | undefined => {
    const journal = openJournal(journalFile);
    const type = journal.sessions().at(-1)?.entries.at(-1)?.event.type;
    journal.close();
    return type;
  };
  /** Ids of the ranges that are kept for a session. */
  const rangesOf = async (session = ""): Promise<string[]> => {
    const { Volumes } = await docker.listVolumes({ filters: JSON.stringify({ label: [`${labels.session}=${session}`] }) as never });
    return (Volumes ?? []).map(({ Labels }) => Labels[labels.range] ?? "");
  };
  /** What stands on the engine for a session: the ids of its containers. */
  const containersOf = async (session = ""): Promise<string[]> => {
    const filters = (await rangesOf(session)).map((range) => ({ label: [`${labels.range}=${range}`] }));
    const found = await Promise.all(filters.map((each) => docker.listContainers({ all: true, filters: each })));
    const hosts = found.flat().filter(({ Labels }) => Labels[labels.kind] === "host");
    return hosts.map(({ Id }) => Id).sort();
  };
  const expectNothingFor = async (ids: readonly string[], session: string): Promise<void> => {
    expect(await containersOf(session)).toEqual([]);
    const left = (await docker.listContainers({ all: true })).filter(({ Id }) => ids.includes(Id));
    expect(left.map(({ Names }) => Names[0])).toEqual([]);
  };

  it("that was killed while investigating, mending, and in the middle of a check", async () => {
    const first = await play("You are at a shell");
    await first.type("echo 'mine' > /root/notes; cat /root/notes", "mine");
    await first.type("dig +short mx meadow.example", "10 mx2");
    await first.type(":pin", "Pinned: what desk printed");
    await first.kill();
    const [session = ""] = sessions();
    const ids = await containersOf(session);
    expect(ids.length).toBeGreaterThan(5);
    // Whoever looks does not sweep it away, and says that it is there.
    expect(JSON.parse(maildrill("ps", "--json"))).toMatchObject({
      waiting: expect.arrayContaining([expect.objectContaining({ session })]),
    });

    const second = await play(again, "--resume");
    expect(second.shown()).toContain("investigating, 1 pins");
    await second.type("cat /root/notes", "mine");
    second.say(":on mx2");
    await second.type("grep -m 1 'lost connection' /var/log/mail.log", "lost connection after");
    // The line is known to the range that was taken up: it was logged before.
    await second.type(":pin", "1 log lines in it");
    await second.type(":diagnose ns1 mx-wrong-order", "That is it");
    await second.kill();

    const third = await play(again, "--resume");
    expect(third.shown()).toContain("mending, 2 pins");
    third.say(":on ns1");
    await third.type(mending, "server reload successful");
    third.say(":check");
    await vi.waitFor(() => expect(lastEvent()).toBe("check"), { timeout: 20_000, interval: 50 });
    await third.kill();

    const fourth = await play(again, "--resume");
    expect(await containersOf(session)).toEqual(ids);
    // Back where the learner was last, and no shell is left of those that were killed.
    await fourth.type("hostname; ps ax | grep -c '[b]ash -i'", "ns1.meadow.example 1");
    // Others may hold the old answer for a TTL.
    await fourth.type(":jump 75s", "UTC.");
    await fourth.type(":check", "Mended.");
    await fourth.type(":reply Two numbers were exchanged.", "Your way");
    expect(await fourth.ended).toBe(0);
    await expectNothingFor(ids, session);
  }, 400_000);

  it("that was left; a new session or `down` ends it, and what is gone is said to be", async () => {
    const first = await play("You are at a shell");
    await first.type("echo 'mine' > /root/notes; cat /root/notes", "mine");
    await first.type(":quit", "Your range goes on for at most 12 hours");
    expect(await first.ended).toBe(1);
    const left = sessions().at(-1) ?? "";
    const ids = await containersOf(left);
    expect(ids.length).toBeGreaterThan(5);

    const second = await play("You are at a shell", "--new");
    await expectNothingFor(ids, left);
    await second.type("echo 'mine' > /root/notes; cat /root/notes", "mine");
    await second.kill();
    const killed = sessions().at(-1) ?? "";
    const others = await containersOf(killed);
    const [range = ""] = await rangesOf(killed);
    expect(maildrill("down", range)).toBe(`${range} is down\n`);
    await expectNothingFor(others, killed);
    expect(maildrill("ps", "--json")).not.toContain(killed);

    const third = await play("The range that you had is gone", "--resume");
    await third.type("cat /root/notes", "No such file");
    await third.type(":give-up", "Your way");
    expect(await third.ended).toBe(1);
    expect(await containersOf(killed)).toEqual([]);
  }, 400_000);

  it("and one in which nothing was done yet waits for nobody", async () => {
    const first = await play("You are at a shell");
    await first.type(":quit", "Until then.");
    expect(await first.ended).toBe(1);
    expect(first.shown()).not.toContain("goes on for at most");
    expect(await containersOf(sessions().at(-1))).toEqual([]);
  }, 200_000);
});
