import { afterAll, describe, expect, test } from "vitest";
import { allCases } from "./cases.ts";
import { embeddedPlace } from "./embedded-place.ts";
import { listedDifferences } from "./listed-differences.ts";
import { smallOffice } from "./office.ts";
import { play, recordedOutcome } from "./play.ts";
import { prepare } from "./prepare.ts";
import { readRecording } from "./recording.ts";
import { judge } from "./verdict.ts";

const world = smallOffice();

describe("the embedded engine says what the real programs said", () => {
  const counts = { equal: 0, listed: 0 };
  test.for(allCases())("%s", { timeout: 60_000 }, async (id, { skip }) => {
    const recording = readRecording(id);
    const place = await embeddedPlace(world);
    try {
      const { failures } = await prepare(place, recording.differences);
      const got = await play(place, recording);
      const verdict = judge(id, "embedded", recordedOutcome(recording), got, failures, listedDifferences);
      if (verdict.verdict === "different") expect.fail(verdict.text);
      counts[verdict.verdict]++;
      if (verdict.verdict === "listed") skip(`differs as listed: ${verdict.reasons.join("; ")}`);
    } finally {
      await place.range.down();
    }
  });

  afterAll(() => process.stdout.write(`conformance, embedded: ${counts.equal} cases as recorded, ${counts.listed} differ as listed\n`));
});
