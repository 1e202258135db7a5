import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { delay } from "../../../../src/base/clock.ts";
import { createVirtualClock, type StalledError } from "../../../../src/engines/embedded/clock/virtual-clock.ts";

const START_MS = Date.UTC(2026, 10, 24);

describe("order of timers", () => {
  it("fires by time, then by the order in which they were set, each at its own instant", async () => {
    const clock = createVirtualClock(START_MS);
    const fired: [string, number][] = [];
    const set = (name: string, delayMs: number): unknown => clock.setTimeout(() => fired.push([name, clock.now() - START_MS]), delayMs);
    set("third", 30);
    set("first", 10);
    set("second a", 20);
    set("second b", 20);
    await clock.advance(25);
    expect(fired).toEqual([
      ["first", 10],
      ["second a", 20],
      ["second b", 20],
    ]);
    expect(clock.now()).toBe(START_MS + 25);
    await clock.advance(5);
    expect(fired.at(-1)).toEqual(["third", 30]);
  });

  it("holds for any timers, some of them cleared, some set by others", async () => {
    const plan = fc.array(fc.record({ delayMs: fc.nat(500), clear: fc.boolean(), again: fc.option(fc.nat(200)) }), { maxLength: 150 });
    await fc.assert(
      fc.asyncProperty(plan, async (timers) => {
        const clock = createVirtualClock(0);
        const fired: { at: number; due: number; index: number }[] = [];
        const handles = timers.map(({ delayMs, again }, index) =>
          clock.setTimeout(() => {
            fired.push({ at: clock.now(), due: delayMs, index });
            if (again !== null) clock.setTimeout(() => fired.push({ at: clock.now(), due: delayMs + again, index: index + 1000 }), again);
          }, delayMs),
        );
        for (const [index, { clear }] of timers.entries()) if (clear) clock.clearTimeout(handles[index]);
        await clock.advance(1000);
        const kept = timers.filter(({ clear }) => !clear);
        expect(fired.length).toBe(kept.length + kept.filter(({ again }) => again !== null).length);
        expect(fired.every(({ at, due }) => at === due)).toBe(true);
        expect(fired.map(({ at }) => at)).toEqual(fired.map(({ at }) => at).toSorted((a, b) => a - b));
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it("lets promises and turns in flight finish before the next timer", async () => {
    const clock = createVirtualClock(0);
    const seen: string[] = [];
    clock.setTimeout(async () => {
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      seen.push(`work of the first at ${clock.now()}`);
    }, 10);
    clock.setTimeout(() => seen.push(`second at ${clock.now()}`), 11);
    await clock.advance(20);
    expect(seen).toEqual(["work of the first at 10", "second at 11"]);
  });
});

describe("runUntil", () => {
  it("lets as much time pass as the promise needs, not more", async () => {
    const clock = createVirtualClock(0);
    clock.setTimeout(() => {}, 100_000);
    expect(await clock.runUntil(delay(clock, 5000).then(() => "done"))).toBe("done");
    expect(clock.now()).toBe(5000);
  });

  it("passes a rejection on", async () => {
    const clock = createVirtualClock(0);
    await expect(clock.runUntil(delay(clock, 5).then(() => Promise.reject(new Error("no"))))).rejects.toThrow("no");
  });

  it.each<[string, number | undefined, StalledError["reason"]]>([
    ["no timer is left", undefined, "no-timer-left"],
    ["its limit is reached", 50, "limit-reached"],
  ])("ends with an error when %s", async (_, limitMs, reason) => {
    const clock = createVirtualClock(0);
    if (limitMs !== undefined) clock.setTimeout(() => {}, 1000);
    const stalled = clock.runUntil(new Promise(() => {}), limitMs);
    await expect(stalled).rejects.toMatchObject({ name: "StalledError", reason } satisfies Partial<StalledError>);
    expect(clock.now()).toBe(limitMs ?? 0);
  });

  it("reports a bug in a timer to whoever moves the clock", async () => {
    const clock = createVirtualClock(0);
    clock.setTimeout(() => {
      throw new Error("a bug");
    }, 10);
    await expect(clock.advance(20)).rejects.toThrow("a bug");
  });

  it("serves several waiters at once", async () => {
    const clock = createVirtualClock(0);
    const order: string[] = [];
    await Promise.all([
      clock.advance(30).then(() => order.push(`advanced ${clock.now()}`)),
      clock.runUntil(delay(clock, 10)).then(() => order.push(`ran ${clock.now()}`)),
      clock.settle().then(() => order.push(`settled ${clock.now()}`)),
    ]);
    expect(order).toEqual(["settled 0", "ran 10", "advanced 30"]);
  });
});

describe("standing still", () => {
  it("settles without letting time pass", async () => {
    const clock = createVirtualClock(7);
    let fired = false;
    clock.setTimeout(() => {
      fired = true;
    }, 0);
    await clock.settle();
    expect([clock.now(), fired]).toEqual([7, false]);
  });

  it("holds while work outside the event loop is under way", async () => {
    const clock = createVirtualClock(0);
    const release = clock.hold();
    let fired = false;
    clock.setTimeout(() => {
      fired = true;
    }, 1);
    const advanced = clock.advance(10);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect([fired, clock.now()]).toEqual([false, 0]);
    release();
    release();
    await advanced;
    expect([fired, clock.now()]).toEqual([true, 10]);
  });

  it("counts quiet turns afresh when something stirs", async () => {
    const clock = createVirtualClock(0);
    const seen: number[] = [];
    let left = 20;
    const chain = (): void => {
      seen.push(clock.now());
      clock.stir();
      if (left-- > 0) setImmediate(() => setImmediate(chain));
    };
    clock.setTimeout(chain, 1);
    clock.setTimeout(() => seen.push(-1), 2);
    await clock.advance(3);
    expect(seen.at(-1)).toBe(-1);
    expect(seen.slice(0, -1)).toEqual(Array(21).fill(1));
  });

  it("ends every waiting when it is stopped, and after that at once", async () => {
    const clock = createVirtualClock(0);
    const waiting = clock.runUntil(new Promise(() => {}));
    clock.stop();
    await expect(waiting).rejects.toMatchObject({ reason: "stopped" });
    await expect(clock.advance(1)).rejects.toMatchObject({ reason: "stopped" });
    clock.clearTimeout(clock.setTimeout(() => {}, 1));
    expect(clock.pending).toBe(0);
  });
});
