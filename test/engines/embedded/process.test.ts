import { describe, expect, it } from "vitest";
import { createVirtualClock } from "../../../src/engines/embedded/clock/virtual-clock.ts";
import { createProcess } from "../../../src/engines/embedded/process.ts";

function started() {
  const clock = createVirtualClock(0);
  const seen: string[] = [];
  return { clock, process: createProcess(clock), seen, note: (text: string) => () => void seen.push(`${clock.now()} ${text}`) };
}

describe("a frozen program", () => {
  it("gets what came meanwhile when it thaws, in order, timers included", async () => {
    const { clock, process, seen, note } = started();
    process.clock.setTimeout(note("timer"), 10);
    const cleared = process.clock.setTimeout(note("cleared"), 10);
    process.freeze();
    await clock.advance(5);
    process.pass(note("packet"));
    await clock.advance(95);
    process.clock.clearTimeout(cleared);
    expect(seen).toEqual([]);
    process.thaw();
    expect([process.state, seen]).toEqual(["running", ["100 packet", "100 timer"]]);
  });

  it("that is frozen again by what it gets keeps the rest for later", () => {
    const { process, seen, note } = started();
    process.freeze();
    process.pass(() => process.freeze());
    process.pass(note("later"));
    process.thaw();
    expect(seen).toEqual([]);
    process.thaw();
    expect(seen).toEqual(["0 later"]);
  });
});

describe("an ended program", () => {
  it("gets nothing any more and has nothing open, the newest closed first", async () => {
    const { clock, process, seen, note } = started();
    process.own(note("close the first"));
    process.own(note("close the second"))();
    process.own(note("close the third"));
    process.clock.setTimeout(note("timer"), 10);
    process.freeze();
    process.pass(note("packet"));
    process.end();
    process.thaw();
    process.pass(note("late packet"));
    process.clock.setTimeout(note("late timer"), 10);
    process.end();
    await clock.advance(100);
    expect([process.state, seen]).toEqual(["ended", ["0 close the third", "0 close the first"]]);
  });
});
