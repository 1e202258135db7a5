import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatDelay, formatDelays } from "../../../src/daemons/postfix/delay-format.ts";
import { isQueueId, longQueueId, shortQueueId } from "../../../src/daemons/postfix/queue-id.ts";

/** Microseconds, and what format_tv(3) of libpostfix-util.so 3.7.11 makes of them (two significant digits, at most two decimals). */
const measured = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fixtures/postfix/format-tv.json"), "utf8"),
) as readonly (readonly [number, string])[];

test("delays are rounded as by the real function", () => {
  expect(measured.length).toBeGreaterThan(100);
  for (const [micros, text] of measured) expect([micros, formatDelay(micros / 1000)]).toEqual([micros, text]);
});

test("the four parts in their order", () => {
  const times = { totalMs: 3300, beforeQueueManagerMs: 490, queueManagerMs: 520, setUpMs: 2300, transmissionMs: -5 };
  expect(formatDelays(times)).toEqual(["3.3", "0.49/0.52/2.3/0"]);
});

test.each([
  [{ atMs: 1795487352523.829, inode: 0x37 }, "7FE3537"],
  [{ atMs: 1795487313030.849, inode: 0x1ca90a }, "078811CA90A"],
  [{ atMs: 1000, inode: 1 }, "000001"],
])("a short queue id: microseconds and inode", (source, id) => {
  expect(shortQueueId(source)).toBe(id);
  expect(isQueueId(id)).toBe(true);
});

test("a long queue id of Postfix 3.7.11", () => {
  expect(longQueueId({ atMs: 1795503107853.35, inode: 1639116 })).toBe("4jYYPv63ZZzDL9W");
});

test("a long queue id tells its time and inode, and sorts by time", () => {
  const early = longQueueId({ atMs: 1795487313030, inode: 1620234 });
  const late = longQueueId({ atMs: 1795487314031, inode: 5 });
  expect(early).toMatch(/^[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10}z[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-y]+$/);
  expect(early < late && isQueueId(early) && isQueueId(late)).toBe(true);
});

test.each(["NOQUEUE", "statistics", "12345", "warning", "xyz"])("%s is no queue id", (text) => expect(isQueueId(text)).toBe(false));
