import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { pathOf } from "../../../src/session/journal/debrief.ts";
import type { JournalEntry, JournalEvent, SessionRecord, VerdictItem } from "../../../src/session/journal/entry.ts";
import { openJournal } from "../../../src/session/journal/journal.ts";
import { holderOf, isOpen, progressOf } from "../../../src/session/journal/progress.ts";
import { longestPauseMs, scoreOf } from "../../../src/session/journal/score.ts";
import { readExport, writeExport } from "../../../src/session/journal/transfer.ts";

const started: JournalEvent = { type: "started", codename: "side-door", seed: 3, engine: "embedded", asksForDiagnosis: true, pid: 7 };
const guard: VerdictItem = { id: "open-relay", kind: "guard", title: "g", status: "fail", says: "s", evidence: [] };
const typed = (input: string): JournalEvent => ({ type: "typed", host: "mx1", input });
const judged = (solved: boolean, items: VerdictItem[] = []): JournalEvent => ({ type: "judged", solved, items });
const diagnosed = (verdict: "right" | "wrong-cause"): JournalEvent => ({ type: "diagnosed", verdict, says: verdict });

/** Entries a second apart, on both clocks. */
function entriesOf(events: readonly JournalEvent[], stepMs = 1000): JournalEntry[] {
  return events.map((event, at) => ({ sequence: at + 1, wallMs: at * stepMs, rangeMs: at * 1000, actor: "learner", event }));
}

const anyEvent = fc.constantFrom<JournalEvent>(
  started,
  { type: "begin" },
  typed("mailq\r"),
  { type: "hint", index: 0 },
  { type: "pin", pinned: { on: "mx1", command: "mailq", text: "x", proofs: [] } },
  diagnosed("right"),
  diagnosed("wrong-cause"),
  judged(true),
  judged(false, [guard]),
  { type: "reset" },
  { type: "resumed", pid: 8 },
  { type: "give-up" },
  { type: "left" },
);
const anyEntries = fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 3_600_000 })), { maxLength: 30 }).map((list): JournalEntry[] => {
  let wallMs = 0;
  return list.map(([event, passedMs], at) => {
    wallMs += passedMs;
    return { sequence: at + 1, wallMs, rangeMs: at % 3 === 0 ? null : wallMs / 2, actor: "learner", event };
  });
});

describe("the score", () => {
  it("counts each side for itself", () => {
    const events = [
      started,
      diagnosed("wrong-cause"),
      diagnosed("right"),
      judged(false, [guard]),
      { type: "hint", index: 0 } as const,
      judged(true),
      judged(false),
    ];
    expect(scoreOf(entriesOf(events))).toEqual({
      diagnosis: { claims: 2, wrong: 1, right: true, afterMs: 2000 },
      repair: { solved: true, checks: 3, failedChecks: 2, afterMs: 5000 },
      harm: ["open-relay"],
      time: { activeMs: 6000, rangeMs: 6000 },
      hints: 1,
      pins: 0,
      resets: 0,
      gaveUp: false,
    });
  });

  it("does not count the night", () => {
    const events: JournalEvent[] = [started, { type: "left" }, { type: "resumed", pid: 8 }, { type: "left" }];
    expect(scoreOf(entriesOf(events, 8 * 3_600_000)).time.activeMs).toBe(2 * longestPauseMs);
  });

  it("is no failure of one who looks at the solution after solving it", () => {
    expect(scoreOf(entriesOf([started, judged(true), { type: "give-up" }])).gaveUp).toBe(false);
    expect(scoreOf(entriesOf([started, { type: "give-up" }])).gaveUp).toBe(true);
  });

  it("never goes back: what happened, happened", () => {
    fc.assert(
      fc.property(anyEntries, fc.nat(30), (entries, cut) => {
        const [before, after] = [scoreOf(entries.slice(0, cut)), scoreOf(entries)];
        expect(after.time.activeMs).toBeGreaterThanOrEqual(before.time.activeMs);
        expect(after.repair.checks).toBeGreaterThanOrEqual(before.repair.checks);
        expect(after.hints).toBeGreaterThanOrEqual(before.hints);
        expect(after.harm).toEqual(expect.arrayContaining([...before.harm]));
        if (before.repair.solved) expect(after.repair).toMatchObject({ solved: true, afterMs: before.repair.afterMs });
        if (before.diagnosis.right) expect(after.diagnosis.afterMs).toBe(before.diagnosis.afterMs);
      }),
    );
  });
});

describe("progress", () => {
  const record = (id: string, learner: string, events: readonly JournalEvent[]): SessionRecord => ({
    id: id.padStart(16, "0"),
    learner,
    entries: entriesOf(events),
  });

  it("is told for each learner and scenario", () => {
    const records = [
      record("1", "bob", [started, { type: "give-up" }]),
      record("2", "ann", [started, judged(true), { type: "replied", text: "x" }]),
      record("3", "bob", [started]),
      record("4", "cleo", []),
    ];
    const told = progressOf(records).map(({ learner, scenarios }) => [
      learner,
      scenarios.map(({ codename, done, attempts }) => [codename, done, attempts.map(({ outcome }) => outcome)]),
    ]);
    expect(told).toEqual([
      ["ann", [["side-door", true, ["solved"]]]],
      ["bob", [["side-door", false, ["gave-up", "unfinished"]]]],
      ["cleo", []],
    ]);
  });

  it("knows what can be taken up, and whose hands it is in", () => {
    const open = record("1", "ann", [started, typed("ls\r")]);
    expect([isOpen(open), holderOf(open)]).toEqual([true, 7]);
    const left = record("1", "ann", [started, typed("ls\r"), { type: "left" }]);
    expect([isOpen(left), holderOf(left)]).toEqual([true, undefined]);
    const again = record("1", "ann", [started, typed("ls\r"), { type: "left" }, { type: "resumed", pid: 9 }]);
    expect([isOpen(again), holderOf(again)]).toEqual([true, 9]);
    expect(isOpen(record("1", "ann", [started, typed("ls\r"), { type: "give-up" }]))).toBe(false);
    // Nobody goes back to a session in which nothing was done.
    expect(isOpen(record("1", "ann", [started, { type: "begin" }, typed("\r"), { type: "left" }]))).toBe(false);
  });
});

describe("the way a learner went", () => {
  it("shows command lines as they were meant, whatever keys made them", () => {
    const events = [started, typed("mial"), typed("\x7f\x7f\x7failq"), typed("\r"), typed("\x1b[Als\x03dig x\r\r")];
    expect(pathOf(entriesOf(events)).map(({ text }) => text)).toEqual(["mx1# mailq", "mx1# dig x"]);
  });

  it("tells pins, claims and checks", () => {
    const pinned = { on: "mx1", command: "echo x", text: "x", proofs: [], doubt: "echo prints what it is told to print" };
    const events: JournalEvent[] = [started, { type: "pin", pinned }, diagnosed("right"), judged(false, [guard]), judged(true)];
    expect(pathOf(entriesOf(events)).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      "pin mx1: echo x (as a note)",
      "claim right",
      "check not yet: open-relay",
      "check all of it holds",
    ]);
  });
});

describe("a journal on its way to another machine", () => {
  const folder = mkdtempSync(join(tmpdir(), "maildrill-merge-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  let count = 0;
  const fresh = () => openJournal(join(folder, `${count++}.db`));
  const anyRecords = fc
    .array(fc.tuple(fc.constantFrom("ann", "bob"), anyEntries), { maxLength: 4 })
    .map((list): SessionRecord[] => list.map(([learner, entries], at) => ({ id: String(at).padStart(16, "0"), learner, entries })));

  it("arrives as it was sent, and arriving twice changes nothing", () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const sent = readExport(writeExport(records), "here");
        expect(sent).toEqual(records);
        const journal = fresh();
        journal.merge(sent);
        const once = journal.sessions();
        expect(once).toEqual(records.filter(({ entries }) => entries.length > 0));
        expect(journal.merge(sent)).toEqual({ sessions: 0, entries: 0, parted: [] });
        expect(journal.sessions()).toEqual(once);
        journal.close();
      }),
      { numRuns: 20 },
    );
  });

  it("brings what came since, and keeps our own course where the two parted", () => {
    const [here, there] = [fresh(), fresh()];
    const id = here.open("ann");
    const [first, second, third] = entriesOf([started, { type: "begin" }, judged(true)]);
    here.append(id, [first as JournalEntry]);
    there.merge(here.sessions());
    there.append(id, [second as JournalEntry, third as JournalEntry]);
    expect(here.merge(there.sessions())).toEqual({ sessions: 0, entries: 2, parted: [] });
    expect(here.sessions()).toEqual(there.sessions());
    here.append(id, [{ ...(third as JournalEntry), event: { type: "left" } }]);
    there.append(id, [{ ...(third as JournalEntry), event: { type: "give-up" } }]);
    const own = here.sessions();
    expect(here.merge(there.sessions())).toEqual({ sessions: 0, entries: 0, parted: [id] });
    expect(here.sessions()).toEqual(own);
    here.close();
    there.close();
  });

  it.each([
    ["no JSON", "nonsense"],
    ["another document", '{"scenarios": []}'],
    ["another version", '{"maildrill": "journal", "version": 9, "sessions": []}'],
    [
      "a session without a learner",
      '{"maildrill": "journal", "version": 1, "sessions": [{"id": "00000000000000aa", "learner": "", "entries": []}]}',
    ],
    ["a gap", writeExport([{ id: "00000000000000aa", learner: "ann", entries: entriesOf([started, started]).slice(1) }])],
  ])("is refused when it is %s", (_, text) => {
    expect(() => readExport(text, "here")).toThrow(ProblemError);
  });
});
