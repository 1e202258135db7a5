import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { ProblemError } from "../../src/base/problem.ts";
import { watchPulse } from "../../src/session/range-seat.ts";

/** A clock whose timers the test lets go off. */
function handClock() {
  const waiting: (() => unknown)[] = [];
  const clock = { now: () => 0, setTimeout: (work: () => unknown) => waiting.push(work), clearTimeout: () => waiting.splice(0) };
  const pass = async (): Promise<void> => {
    waiting.shift()?.();
    // The look, and what follows it.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { clock: clock as unknown as Clock, pass, waiting };
}

describe("the pulse of a range that is kept", () => {
  it("tells once that the engine is gone, and again when that happens again", async () => {
    const { clock, pass, waiting } = handClock();
    let fails = false;
    const told: string[] = [];
    const look = async (): Promise<void> => {
      if (fails) throw new ProblemError({ code: "engine-gone", message: "The engine went away." });
    };
    const stop = watchPulse(look, clock, ({ message }) => told.push(message));
    await pass();
    expect(told).toEqual([]);
    fails = true;
    await pass();
    await pass();
    expect(told).toEqual(["The engine went away."]);
    fails = false;
    await pass();
    fails = true;
    await pass();
    expect(told).toHaveLength(2);
    stop();
    expect(waiting).toEqual([]);
  });
});
