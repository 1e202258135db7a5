import { describe, expect, it } from "vitest";
import { createFarewell, type Parted, partingText } from "../../src/cli/parting.ts";
import type { JournalEntry } from "../../src/session/journal/entry.ts";

const hint: JournalEntry = { sequence: 1, wallMs: 0, rangeMs: 0, actor: "learner", event: { type: "hint", index: 0 } };

function parted(view: Partial<Parted["view"]>, engine: "embedded" | "docker" = "embedded", more: Partial<Parted> = {}): string {
  const known = { codename: "side-door", state: "mending", solved: false, gaveUp: false, ...view } as Parted["view"];
  const standing = engine === "docker" ? { standing: { hoursAtMost: 12 } } : {};
  const of = { id: engine, ...standing } as Parted["engine"];
  return partingText({ view: known, entries: [hint], engine: of, learner: { asTyped: "" }, stands: false, ...more });
}

describe("what is said at parting", () => {
  it("is how to go on with a session that waits, as it has to be typed", () => {
    expect(parted({})).toBe("side-door waits for you: `maildrill play side-door --resume` goes on where you left it.");
    const stands = parted({}, "docker", { stands: true, learner: { asTyped: " --learner ann" } });
    expect(stands).toContain("`maildrill play side-door --engine docker --learner ann --resume`");
    expect(stands).toContain("Your range goes on for at most 12 hours; `maildrill down --all` ends it.");
  });

  it("promises nothing where nothing waits", () => {
    const all = [
      parted({}, "embedded", { entries: [] }),
      parted({ state: "debrief", solved: true }),
      parted({ state: "debrief", gaveUp: true }),
    ];
    expect(all.join()).not.toMatch(/--resume|waits for you/);
    expect(all.map((text) => /^[^.;,]*/.exec(text)?.[0])).toEqual([
      "You did nothing in side-door",
      "side-door is mended",
      "You gave side-door up and saw how it was",
    ]);
  });

  it("comes once for each scenario, the last word, in the order of leaving", () => {
    const farewell = createFarewell();
    farewell.parting("one", "first");
    farewell.parting("two", "second");
    farewell.parting("one", "third");
    farewell.also(() => said.push("rest"));
    const said: string[] = [];
    farewell.say((text) => said.push(text));
    expect(said).toEqual(["second\n", "third\n", "rest"]);
  });
});
