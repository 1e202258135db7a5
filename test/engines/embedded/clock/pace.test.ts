import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startPace } from "../../../../src/engines/embedded/clock/pace.ts";
import { createVirtualClock } from "../../../../src/engines/embedded/clock/virtual-clock.ts";

// Real time is played here; the event loop's turns stay real, because the virtual clock counts them.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => void vi.useRealTimers());

async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms);
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

it("moves a virtual clock as real time passes, times its factor, until it ends", async () => {
  const clock = createVirtualClock(0);
  const end = startPace(clock, 3);
  await pass(20);
  await pass(20);
  expect(clock.now()).toBe(120);
  end();
  await pass(100);
  expect(clock.now()).toBe(120);
});

it("survives the end of its range", async () => {
  const clock = createVirtualClock(0);
  const end = startPace(clock);
  clock.stop();
  await pass(40);
  end();
  expect(clock.now()).toBe(0);
});
