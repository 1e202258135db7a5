import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createActor } from "xstate";
import type { JournalEvent, Pinned, VerdictItem } from "../../src/session/journal/entry.ts";
import { foldSession, type LearnerSnapshot, type LearnerState, learnerMachine, stateOf } from "../../src/session/learner-machine.ts";

const begin = { type: "begin" } as const;
const commit = { type: "commit", place: "ns1", cause: "mx-wrong-order" } as const;
const check = { type: "check" } as const;
const guard: VerdictItem = { id: "g", kind: "guard", title: "g", status: "fail", says: "broken", evidence: ["a line"] };
const judged = (solved: boolean) => ({ type: "judged", solved, items: solved ? [] : [guard] }) as const;
const diagnosed = (verdict: "right" | "unproved") => ({ type: "diagnosed", verdict, says: verdict }) as const;
const failed = { type: "engine-failed", message: "the engine went away" } as const;
const resumed = { type: "resumed", pid: 2 } as const;
const rebuilt = { type: "rebuilt" } as const;
const reset = { type: "reset" } as const;
const replied = { type: "replied", text: "Two numbers were exchanged." } as const;
const giveUp = { type: "give-up" } as const;
const pinned: Pinned = { on: "mx2", command: "mailq", text: "empty", proofs: [] };

/** One event of every kind that the machine may hear, and each kind of verdict. */
const alphabet: readonly JournalEvent[] = [
  { type: "started", codename: "side-door", seed: 0, engine: "embedded", asksForDiagnosis: true, pid: 1 },
  begin,
  { type: "opened", host: "desk", columns: 80, rows: 24 },
  { type: "resized", host: "desk", columns: 80, rows: 24 },
  { type: "typed", host: "desk", input: "mailq\r" },
  { type: "jumped", durationMs: 1000 },
  { type: "pin", pinned },
  { type: "hint", index: 0 },
  { type: "answer", objective: "q", text: "a" },
  commit,
  diagnosed("right"),
  diagnosed("unproved"),
  check,
  judged(true),
  judged(false),
  { type: "glanced", items: [guard] },
  reset,
  failed,
  { type: "rebuild" },
  resumed,
  rebuilt,
  replied,
  giveUp,
  { type: "left" },
];

const play = (events: readonly JournalEvent[], asksForDiagnosis = true) => foldSession(learnerMachine(asksForDiagnosis), events);

describe("the learner's journey", () => {
  const right = [commit, diagnosed("right")];
  const closing = [begin, ...right, check, judged(true)];
  it.each<[string, boolean, readonly JournalEvent[], LearnerState, boolean]>([
    ["begins with the briefing", true, [], "briefing", false],
    ["goes to investigating", true, [begin], "investigating", false],
    ["skips it where nothing is broken", false, [begin], "mending", false],
    ["waits for the verdict on a diagnosis", true, [begin, commit], "committed", false],
    ["investigates again after one that does not stand", true, [begin, commit, diagnosed("unproved")], "investigating", false],
    ["goes to mending with one that does", true, [begin, ...right], "mending", false],
    ["keeps to mending after a second one that does not stand", true, [begin, ...right, commit, diagnosed("unproved")], "mending", false],
    ["waits for the verdict on the range", true, [begin, check], "verifying", false],
    ["returns from a check to where it was", true, [begin, check, judged(false)], "investigating", false],
    ["returns to mending", true, [begin, ...right, check, judged(false)], "mending", false],
    ["closes when it is solved", true, closing, "closing", true],
    ["ends when the user has an answer", true, [...closing, replied], "debrief", true],
    ["sees a tick go out while closing", true, [...closing, check, judged(false)], "mending", false],
    ["may be mended before it is diagnosed", true, [begin, check, judged(true)], "closing", true],
    ["is not solved by giving up", true, [begin, giveUp], "debrief", false],
    ["is not solved by a verdict nobody asked for", true, [begin, judged(true)], "investigating", false],
    ["is not solved by a glance", true, [begin, { type: "glanced", items: [] }], "investigating", false],
    ["is stranded when the engine fails", true, [begin, ...right, failed], "stranded", false],
    ["gets out with a new range", true, [begin, ...right, failed, { type: "rebuild" }, rebuilt], "mending", false],
    ["gets out by beginning again", true, [...closing, failed, reset, rebuilt], "mending", false],
    ["fails again on the way out", true, [begin, failed, { type: "rebuild" }, failed], "stranded", false],
    ["goes on after a kill", true, [begin, resumed, rebuilt], "investigating", false],
    ["asks again for a verdict that a kill cut off", true, [begin, ...right, check, resumed, rebuilt], "mending", false],
    ["goes on closing after a kill", true, [...closing, resumed, rebuilt], "closing", true],
    ["goes on to its briefing after a kill before it", true, [resumed, rebuilt], "briefing", false],
    ["begins the range again, the diagnosis stays", true, [begin, ...right, reset, rebuilt], "mending", false],
  ])("%s", (_, asks, events, state, solved) => {
    const snapshot = play(events, asks);
    expect([stateOf(snapshot), snapshot.context.solved]).toEqual([state, solved]);
  });

  it("drops a diagnosis whose verdict a kill cut off", () => {
    expect(play([begin, commit, resumed, rebuilt]).context.claims).toEqual([]);
  });

  it("keeps pins through a reset, and drops answers that name what is gone", () => {
    const { context } = play([begin, { type: "pin", pinned }, { type: "answer", objective: "q", text: "a" }, reset, rebuilt]);
    expect([context.pins, context.answers]).toEqual([[pinned], {}]);
  });
});

/** Every state that any order of events leads to, with one way to each. */
function explore(): Map<string, { readonly path: readonly JournalEvent[]; readonly snapshot: LearnerSnapshot }> {
  const machine = learnerMachine(true);
  const found = new Map<string, { path: readonly JournalEvent[]; snapshot: LearnerSnapshot }>();
  const queue: { path: readonly JournalEvent[]; snapshot: LearnerSnapshot }[] = [{ path: [], snapshot: play([]) }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { context } = next.snapshot;
    const rightYet = context.claims.some(({ verdict }) => verdict === "right");
    const key = `${stateOf(next.snapshot)} ${JSON.stringify([context.begun, context.solved, rightYet, context.gaveUp, context.failure])}`;
    if (found.has(key)) continue;
    found.set(key, next);
    for (const event of alphabet) queue.push({ path: [...next.path, event], snapshot: foldSession(machine, [event], next.snapshot) });
  }
  return found;
}

describe("every state and every event", () => {
  const reached = explore();
  const machine = learnerMachine(true);

  it("each state is reached, and none rests in between", () => {
    const states = new Set([...reached.values()].map(({ snapshot }) => stateOf(snapshot)));
    expect([...states].sort()).toEqual(
      ["briefing", "closing", "committed", "debrief", "investigating", "mending", "rebuilding", "stranded", "verifying"].sort(),
    );
    expect(reached.size).toBeGreaterThan(30);
  });

  it("from each there is a way to go on, and a way out", () => {
    for (const { snapshot } of reached.values()) {
      const state = stateOf(snapshot);
      if (state === "debrief") {
        for (const event of alphabet) expect(stateOf(foldSession(machine, [event], snapshot))).toBe("debrief");
        continue;
      }
      expect(stateOf(foldSession(machine, [giveUp], snapshot))).toBe("debrief");
      const back = stateOf(foldSession(machine, [resumed, rebuilt], snapshot));
      expect(["briefing", "investigating", "mending", "closing"]).toContain(back);
      expect(stateOf(foldSession(machine, [failed], snapshot))).toBe("stranded");
    }
  });

  it("solved is said by nothing but a check that the learner asked for", () => {
    for (const { snapshot } of reached.values()) {
      if (snapshot.context.solved) continue;
      for (const event of alphabet) {
        const after = foldSession(machine, [event], snapshot);
        if (after.context.solved) expect([stateOf(snapshot), event.type]).toEqual(["verifying", "judged"]);
      }
    }
  });

  it("a failure is known exactly while there is no range", () => {
    for (const { snapshot } of reached.values()) {
      if (stateOf(snapshot) === "debrief") continue;
      expect(snapshot.context.failure !== null).toBe(stateOf(snapshot) === "stranded");
    }
  });

  it("a snapshot that was stored, with what came after, is the journal folded", () => {
    const events = fc.array(fc.constantFrom(...alphabet), { maxLength: 40 });
    fc.assert(
      fc.property(events, fc.nat(40), (all, cut) => {
        const stored: unknown = JSON.parse(JSON.stringify(machine.getPersistedSnapshot(play(all.slice(0, cut)))));
        const restored = createActor(machine, { snapshot: stored as LearnerSnapshot }).getSnapshot();
        const whole = play(all);
        const pieced = foldSession(machine, all.slice(cut), restored);
        expect([stateOf(pieced), pieced.context]).toEqual([stateOf(whole), whole.context]);
      }),
    );
  });
});
