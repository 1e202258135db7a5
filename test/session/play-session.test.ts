import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { ProblemError } from "../../src/base/problem.ts";
import { dialects } from "../../src/daemons/registry.ts";
import { openEmbeddedEngine } from "../../src/engines/embedded/standard.ts";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { loadLibrary, readScenarioFiles } from "../../src/scenario/load-library.ts";
import { type Stage, setStage } from "../../src/scenario/stage.ts";
import { type Journal, openJournal } from "../../src/session/journal/journal.ts";
import { learnerMachine } from "../../src/session/learner-machine.ts";
import { createLearnerTerminals } from "../../src/session/learner-terminals.ts";
import { type PlaySession, startPlaySession } from "../../src/session/play-session.ts";
import { createSessionLog, type SessionLog } from "../../src/session/session-log.ts";
import { root } from "../laws/source-tree.ts";

const folder = mkdtempSync(join(tmpdir(), "maildrill-session-"));
const journal = openJournal(join(folder, "journal.db"));
const [scenario] = loadLibrary(readScenarioFiles(root), catalogue).scenarios.filter(({ text }) => text.codename === "side-door");
if (scenario === undefined) throw new Error("the scenario of these tests is gone");

afterAll(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

/** A process at work on a session: what is in its hands, and a way to cut it off as a kill does. */
interface Process {
  readonly session: PlaySession;
  readonly log: SessionLog;
  readonly stage: () => Stage;
  readonly troubles: string[];
  /** What the learner's screen showed of the shells. */
  readonly shown: () => string;
  kill(): Promise<void>;
}

interface Wish {
  readonly into?: Journal;
  /** Stands between the session and its range. */
  readonly through?: (stage: Stage) => Stage;
  readonly canReplay?: boolean;
}

const running: Process[] = [];
afterEach(async () => {
  for (const process of running.splice(0)) await process.kill();
});

async function start(id: string, { into = journal, through = (stage) => stage, canReplay = true }: Wish = {}): Promise<Process> {
  let stage: Stage | null = null;
  const troubles: string[] = [];
  let shown = "";
  const past = into.sessions().find((record) => record.id === id)?.entries ?? [];
  const log = createSessionLog({
    journal: into,
    id,
    machine: learnerMachine(true),
    past,
    wall: systemClock,
    rangeNow: () => stage?.range.time.now() ?? null,
    onTrouble: ({ code }) => troubles.push(code),
  });
  if (past.length === 0)
    log.record({ type: "started", codename: "side-door", seed: 0, engine: "embedded", asksForDiagnosis: true, pid: 1 });
  const show = (output: string): void => {
    shown += output;
  };
  const session = await startPlaySession({
    log,
    canReplay,
    dialects,
    pid: 1,
    build: async () => through(await setStage(scenario as NonNullable<typeof scenario>, openEmbeddedEngine(), catalogue, { seed: 0 })),
    openTerminals: ({ range }) => createLearnerTerminals(range, { size: () => ({ columns: 80, rows: 24 }), show, record: log.record }),
    onStage: (now) => {
      stage = now;
    },
  });
  const process: Process = {
    session,
    log,
    stage: () => stage as unknown as Stage,
    troubles,
    shown: () => shown,
    // Nothing of the session's own ending is called: the range vanishes, and what was not on the disk is lost.
    kill: async () => {
      session.terminals()?.close();
      await stage?.range.down();
    },
  };
  running.push(process);
  return process;
}

/** Types a command line and waits for the next prompt. */
async function type({ session }: Process, input: string): Promise<string> {
  const terminals = session.terminals();
  terminals?.write(`${input}\r`);
  await vi.waitFor(() => expect(terminals?.last().command === input && terminals.atPrompt()).toBe(true), { timeout: 20_000, interval: 5 });
  return terminals?.last().output ?? "";
}

const mending = "sed -i -e '/MX/s/20 mx1/5 mx1/' -e '/serial/s/[0-9][0-9]*/2026113001/' db.meadow.example && rndc reload";

/** From the ticket to a mended range, with its evidence pinned. */
async function mend(process: Process): Promise<void> {
  const { session } = process;
  await session.begin();
  await type(process, "dig +short mx meadow.example @198.51.100.8");
  session.pin();
  await session.goTo("mx2");
  await type(process, "grep 'lost connection' /var/log/mail.log");
  session.pin();
  await session.goTo("ns1");
  await type(process, "cd /etc/bind");
  await type(process, mending);
  await session.jump(120_000);
}

describe("a session that is cut off", () => {
  it("goes on where it was: the same range, the same shells, the same knowledge", async () => {
    const id = journal.open("ann");
    const first = await start(id);
    await mend(first);
    expect(first.session.diagnose("ns1", "mx-wrong-order").status).toBe("right");
    const before = { lines: first.stage().range.lines(), view: first.session.view(), at: first.log.entries().at(-1)?.rangeMs ?? 0 };
    await first.kill();

    const second = await start(id);
    // What was seen once is not shown again, nor written down again.
    expect(second.shown()).toBe("");
    expect(
      second.log
        .entries()
        .slice(first.log.entries().length)
        .map(({ event }) => event.type),
    ).toEqual(["resumed", "rebuilt"]);
    expect(second.session.view()).toEqual(before.view);
    expect(second.session.view().state).toBe("mending");
    // What the first range logged in the moment between its last entry and the kill was never acted upon.
    const logged = (lines: typeof before.lines) => lines.filter(({ atMs }) => atMs <= before.at);
    expect(logged(second.stage().range.lines())).toEqual(logged(before.lines));
    expect(second.session.terminals()?.host()).toBe("ns1");
    expect(await type(second, "pwd; grep -c '5 mx1' db.meadow.example; history | grep -c rndc")).toBe("/etc/bind\n1\n2");
    expect((await second.session.check()).solved).toBe(true);
    second.session.reply("Two numbers were exchanged.");
    expect(second.session.view()).toMatchObject({ state: "debrief", solved: true });
  }, 60_000);

  it("asks again when the verdict on the range had not come", async () => {
    const id = journal.open("ann");
    const silent = (stage: Stage): Stage => ({ ...stage, range: { ...stage.range, ask: () => new Promise(() => {}) } });
    const first = await start(id, { through: silent });
    await mend(first);
    void first.session.check();
    expect(first.session.view().state).toBe("verifying");
    await first.kill();
    const second = await start(id);
    expect(second.session.view().state).toBe("investigating");
    expect((await second.session.check()).solved).toBe(true);
  }, 60_000);

  it("goes on inside an editor that was open", async () => {
    const id = journal.open("ann");
    const first = await start(id);
    await first.session.begin();
    first.session.terminals()?.write("vi note\r");
    first.session.terminals()?.write("iOne line\x1b");
    await first.stage().range.time.advance(100);
    await first.kill();
    const second = await start(id);
    second.session.terminals()?.write(":wq\r");
    await vi.waitFor(() => expect(second.session.terminals()?.atPrompt()).toBe(true));
    expect(await type(second, "cat note")).toBe("One line");
  }, 60_000);

  it("says that real programs begin again, and keeps what was learned", async () => {
    const id = journal.open("ann");
    const first = await start(id, { canReplay: false });
    await mend(first);
    expect((await first.session.check()).solved).toBe(true);
    await first.kill();
    const second = await start(id, { canReplay: false });
    expect(second.session.view()).toMatchObject({ state: "investigating", solved: false });
    expect(second.session.view().pins).toHaveLength(2);
    expect((await second.session.check()).solved).toBe(false);
  }, 60_000);
});

describe("a session whose engine fails", () => {
  /** Questions fail as often as is said. */
  const failing =
    (left: { times: number }) =>
    (stage: Stage): Stage => ({
      ...stage,
      range: {
        ...stage.range,
        ask: (question) => {
          if (left.times-- > 0) return Promise.reject(new ProblemError({ code: "engine-gone", message: "The engine went away." }));
          return stage.range.ask(question);
        },
      },
    });

  it("is stranded, and gets out by rebuilding what was there", async () => {
    const left = { times: 1 };
    const process = await start(journal.open("ann"), { through: failing(left) });
    const { session } = process;
    const seen: string[] = [];
    session.subscribe(() => seen.push(session.view().state));
    await mend(process);
    await expect(session.check()).rejects.toThrow("The engine went away.");
    expect(session.view()).toMatchObject({ state: "stranded", failure: "The engine went away.", may: { rebuild: true, check: false } });
    expect(session.terminals()).toBeUndefined();
    await expect(session.goTo("mx1")).rejects.toThrow("There is no range");
    await session.rebuild();
    expect(session.view()).toMatchObject({ state: "investigating", failure: null });
    expect((await session.check()).solved).toBe(true);
    expect(seen).toEqual(expect.arrayContaining(["verifying", "stranded", "rebuilding", "investigating", "closing"]));
  }, 60_000);

  it("may begin again, and the mending is gone", async () => {
    const process = await start(journal.open("ann"));
    await mend(process);
    await process.session.reset();
    await process.session.begin();
    expect(process.session.view()).toMatchObject({ state: "investigating", pins: [{ on: "desk" }, { on: "mx2" }] });
    expect((await process.session.check()).solved).toBe(false);
    await process.session.goTo("ns1");
    expect(await type(process, "grep -c '5 mx1' /etc/bind/db.meadow.example")).toBe("0");
    await process.kill();
    // The deeds before the reset are not done again.
    const next = await start(process.log.id);
    expect((await next.session.check()).solved).toBe(false);
  }, 60_000);
});

describe("what a learner is told", () => {
  it("answers a wrong diagnosis, a failed objective and a broken guard with what shows it", async () => {
    const process = await start(journal.open("ann"));
    const { session } = process;
    await session.begin();
    expect(session.diagnose("ns1", "mx1-down").says).toContain("answers on port 25");
    expect(session.diagnose("mx1", "mx-wrong-order")).toMatchObject({ status: "wrong-place" });
    await type(process, "echo '10 mx2.meadow.example. 20 mx1.meadow.example.'");
    expect(session.pin()?.doubt).toContain("echo");
    expect(session.diagnose("ns1", "mx-wrong-order")).toMatchObject({ status: "unproved", missing: 2 });
    await session.goTo("mx1");
    await type(process, "postfix stop");
    await session.check();
    const { objectives, brokenGuards, claims } = session.view();
    expect(objectives[0]).toMatchObject({ status: "fail", evidence: expect.arrayContaining([expect.stringContaining("status=bounced")]) });
    expect(brokenGuards.length).toBeGreaterThan(0);
    for (const { says, tells } of brokenGuards) expect([says, tells]).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\w/)]);
    expect(claims.map(({ verdict }) => verdict)).toEqual(["wrong-cause", "wrong-place", "unproved"]);
  }, 60_000);

  it("a glance lights ticks and decides nothing, and leaves no trace", async () => {
    const process = await start(journal.open("ann"));
    await mend(process);
    const lines = process.stage().range.lines().length;
    const entries = process.log.entries().length;
    await process.session.glance();
    expect(process.session.view()).toMatchObject({ state: "investigating", solved: false, objectives: [{ status: "pass" }] });
    expect(process.stage().range.lines().slice(lines)).toEqual([]);
    await process.session.glance();
    // Nothing changed, nothing is written.
    expect(
      process.log
        .entries()
        .slice(entries)
        .map(({ event }) => event.type),
    ).toEqual(["glanced"]);
  }, 60_000);

  it("no view before the end tells id or debrief", async () => {
    const { session } = await start(journal.open("ann"));
    await session.begin();
    const { causes, ...rest } = session.view();
    expect(causes.length).toBeGreaterThan(2);
    expect(JSON.stringify(rest)).not.toContain("mx-wrong-order");
    expect(JSON.parse(JSON.stringify(session.view()))).toEqual(session.view());
    session.giveUp();
    expect(session.view().debrief).toContain("preference");
  }, 60_000);
});

describe("a session whose journal fails", () => {
  it("goes on, says it once, and writes everything when it can", async () => {
    const path = join(folder, "locked.db");
    const mine = openJournal(path, 100);
    const id = mine.open("ann");
    const process = await start(id, { into: mine });
    const other = new Database(path);
    other.exec("begin immediate");
    await process.session.begin();
    expect(process.troubles).toEqual(["journal-locked"]);
    expect(process.log.flush().map(({ event }) => event.type)).toEqual(["begin", "opened"]);
    other.exec("rollback");
    other.close();
    await type(process, "true");
    expect(process.log.flush()).toEqual([]);
    expect(mine.sessions()[0]?.entries.map(({ event }) => event.type)).toEqual(["started", "begin", "opened", "typed"]);
    expect(process.troubles).toHaveLength(1);
    mine.close();
  }, 60_000);
});
