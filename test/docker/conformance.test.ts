import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectDocker } from "../../src/engines/docker/client.ts";
import { takenBlocks } from "../../src/engines/docker/engine.ts";
import { openDockerEngine } from "../../src/engines/docker/standard.ts";
import { overlap } from "../../src/world/address-plan.ts";
import type { Engine } from "../../src/world/engine.ts";
import { allCases, quickCases } from "../engines/conformance/cases.ts";
import { listedDifferences } from "../engines/conformance/listed-differences.ts";
import { smallOffice } from "../engines/conformance/office.ts";
import type { Place } from "../engines/conformance/place.ts";
import { play, recordedOutcome } from "../engines/conformance/play.ts";
import { prepare } from "../engines/conformance/prepare.ts";
import { type Recording, readRecording } from "../engines/conformance/recording.ts";
import { judge } from "../engines/conformance/verdict.ts";
import { type CleanOffice, cleanOffice } from "./clean-office.ts";
import { dockerPlace } from "./docker-place.ts";
import { ageSpools, hostsNow, writeRecording } from "./record.ts";

/** Cases are recorded anew instead of compared (npm run record). */
const isRecording = process.env.MAILDRILL_RECORD !== undefined;

/** Why the suite cannot run here; undefined when it can. A required suite fails instead. */
const obstacle = await connectDocker(process.env).then(
  () => undefined,
  (error: Error) => error.message,
);
if (obstacle !== undefined && process.env.MAILDRILL_REQUIRE_DOCKER) throw new Error(`the docker suite is required, but ${obstacle}`);

/** Blocks as long in writing as the recorded ones: an address is part of a message's size. */
async function freeNetworks(): Promise<{ readonly internet: string; readonly office: string }> {
  const taken = await takenBlocks((await connectDocker(process.env)).docker);
  const free = (from: number, to: number): string => {
    const numbers = Array.from({ length: to - from }, (_, index) => from + index).filter(
      (number) => !taken.some((other) => overlap(`198.18.${number}.0/24`, other)),
    );
    return `198.18.${numbers[randomInt(numbers.length)]}`;
  };
  return { internet: free(10, 100), office: free(100, 256) };
}

describe("the containers say what the recordings say", () => {
  const counts = { equal: 0, listed: 0 };
  let engine: Engine;
  let place: Place;
  let office: CleanOffice;

  beforeAll(async () => {
    if (obstacle !== undefined) return;
    const prefixes = await freeNetworks();
    const world = smallOffice({ internet: `${prefixes.internet}.0/26`, office: `${prefixes.office}.0/26` });
    engine = await openDockerEngine(process.env);
    place = await dockerPlace(engine, world, [
      ["203.0.113", prefixes.internet],
      ["198.51.100", prefixes.office],
    ]);
    office = await cleanOffice(place.range);
    if (isRecording) await ageSpools(place.range);
  }, 300_000);

  afterAll(async () => {
    await place?.range.down();
    process.stdout.write(`conformance, docker: ${counts.equal} cases as recorded, ${counts.listed} differ as listed\n`);
  });

  test.for(isRecording || process.env.MAILDRILL_CONFORMANCE === "all" ? allCases() : quickCases())(
    "%s",
    // What differs because the machine was busy does not differ again; what differs again is a difference.
    { timeout: 180_000, retry: isRecording ? 0 : 1 },
    async (id, { skip }) => {
      if (obstacle !== undefined) skip(obstacle);
      const recording = readRecording(id);
      const { length: linesBefore } = place.range.lines();
      const { failures, effects } = await prepare(place, recording.differences);
      try {
        if (recording.differences.length > 0) await place.rest(() => true);
        const got = await play(place, recording);
        if (isRecording) return writeRecording(id, recording, got, await hostsNow(place.range, engine.plan(place.range.world), recording));
        const verdict = judge(id, "docker", recordedOutcome(recording), got, failures, listedDifferences);
        if (verdict.verdict === "different") expect.fail(verdict.text);
        counts[verdict.verdict]++;
        if (verdict.verdict === "listed") skip(`differs as listed: ${verdict.reasons.join("; ")}`);
      } finally {
        for (const effect of effects) await effect.revert();
        const crashed = place.range
          .lines()
          .slice(linesBefore)
          .some(({ text }) => / throttling$/.test(text));
        await office.restore(touchedBy(id, recording), crashed);
      }
    },
  );
});

/** Hosts that are not as they were after a case. A dialogue leaves no more than the mail that it brought. */
function touchedBy(id: string, { differences, steps, hosts }: Recording): ReadonlySet<string> {
  const changed = [
    ...differences.map(({ host }) => host),
    ...steps.flatMap(({ apply }) => (apply !== undefined && "host" in apply ? [apply.host] : [])),
  ];
  return new Set([...changed, ...(id.startsWith("smtp/") ? [] : [...Object.keys(hosts), "mailbox"])]);
}
