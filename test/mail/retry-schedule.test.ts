import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueOnFailure, nextAttempt, notBefore, stockTimers } from "../../src/mail/retry-schedule.ts";

const minute = 60_000;

test("stock timers: the waiting time is the age, between the two backoffs", () => {
  const waits = [0, 5, 10, 20, 40, 80].map((age) => (notBefore(stockTimers, 0, age * minute) - age * minute) / 1000);
  expect(waits).toEqual([300, 300, 600, 1200, 2400, 4000]);
});

/** With a queue run every 2 s and a backoff of 5 s: the recorded retries came at 5, 9, 13 ... */
test("an attempt waits for the queue run after its time", () => {
  const timers = { ...stockTimers, queueRunMs: 10_000, minimalBackoffMs: 10_000, maximalBackoffMs: 60_000 };
  const attempts = [3000];
  while (attempts.length < 6) attempts.push(nextAttempt(timers, 3000, attempts.at(-1) ?? 0, 0));
  expect(attempts).toEqual([3000, 20_000, 40_000, 80_000, 140_000, 200_000]);
});

test("law: the next attempt is a queue run, after notBefore and less than one run later", () => {
  const times = fc.integer({ min: 0, max: 6 * 86_400_000 });
  fc.assert(
    fc.property(times, times, times, (arrived, later, run) => {
      const failed = arrived + later;
      const next = nextAttempt(stockTimers, arrived, failed, run);
      const earliest = notBefore(stockTimers, arrived, failed);
      expect((next - run) % stockTimers.queueRunMs).toBeCloseTo(0);
      expect(next).toBeGreaterThanOrEqual(earliest);
      expect(next - earliest).toBeLessThanOrEqual(stockTimers.queueRunMs);
    }),
  );
});

describe("what is due when an attempt fails", () => {
  const timers = { ...stockTimers, delayWarningMs: 4 * 3_600_000 };
  test.each<[number, boolean, "expire" | "warn" | "defer"]>([
    [0, false, "defer"],
    [4 * 3_600_000 - 1, false, "defer"],
    [4 * 3_600_000, false, "warn"],
    [4 * 3_600_000, true, "defer"],
    [5 * 86_400_000 - 1, true, "defer"],
    [5 * 86_400_000, true, "expire"],
  ])("at the age of %d ms, warned %s: %s", (age, warned, expected) =>
    expect(dueOnFailure(timers, 1000, 1000 + age, warned)).toBe(expected),
  );

  test("without a delay warning none is due", () => expect(dueOnFailure(stockTimers, 0, 86_400_000, false)).toBe("defer"));
});
