import { describe, expect, it } from "vitest";
import { createActor } from "xstate";
import { type LearnerEvent, learnerMachine } from "../../src/session/learner-machine.ts";

function play(
  asksForDiagnosis: boolean,
  events: readonly LearnerEvent[],
): { readonly state: unknown; readonly solved: boolean; readonly hints: number } {
  const actor = createActor(learnerMachine(asksForDiagnosis)).start();
  for (const event of events) actor.send(event);
  const { value, context } = actor.getSnapshot();
  return { state: value, solved: context.solved, hints: context.hints };
}

describe("the learner's journey", () => {
  const begin = { type: "begin" } as const;
  const check = { type: "check" } as const;
  const judged = (solved: boolean) => ({ type: "judged", solved }) as const;
  const diagnosed = (verdict: "right" | "unproved") => ({ type: "diagnosed", verdict }) as const;

  it.each<[string, boolean, readonly LearnerEvent[], string, boolean]>([
    ["begins with the briefing", true, [], "briefing", false],
    ["goes to investigating", true, [begin], "investigating", false],
    ["skips it where nothing is broken", false, [begin], "mending", false],
    ["stays there with a diagnosis that does not stand", true, [begin, diagnosed("unproved")], "investigating", false],
    ["goes to mending with one that does", true, [begin, diagnosed("right")], "mending", false],
    ["returns from a check to where it was", true, [begin, check, judged(false)], "investigating", false],
    ["returns to mending", true, [begin, diagnosed("right"), check, judged(false)], "mending", false],
    ["ends when it is solved", true, [begin, diagnosed("right"), check, judged(true)], "debrief", true],
    ["may be mended before it is diagnosed", true, [begin, check, judged(true)], "debrief", true],
    ["is not solved by giving up", true, [begin, { type: "give-up" }], "debrief", false],
    ["is not solved by a verdict nobody asked for", true, [begin, judged(true)], "investigating", false],
  ])("%s", (_, asks, events, state, solved) => {
    expect(play(asks, events)).toMatchObject({ state, solved });
  });

  it("counts hints", () => {
    expect(play(true, [begin, { type: "hint" }, { type: "hint" }]).hints).toBe(2);
  });
});
