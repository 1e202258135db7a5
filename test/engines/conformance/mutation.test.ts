import { describe, expect, test } from "vitest";
import { allCases } from "./cases.ts";
import { compare } from "./compare.ts";
import { type ListedDifference, listedDifferences } from "./listed-differences.ts";
import { recordedOutcome } from "./play.ts";
import { type Outcome, readRecording } from "./recording.ts";
import { judge } from "./verdict.ts";

/** Changes planted in what was recorded; each must be seen in every case that it touches. */
const mutations: readonly (readonly [string, (text: string) => string])[] = [
  ["another reply code", (text) => text.replace(/^250/, "251")],
  ["a word of a text", (text) => text.replace("rejected", "refused")],
  ["a log line's status", (text) => text.replace("status=deferred", "status=bounced")],
  ["a verified name", (text) => text.replace("from unknown[", "from mail.brook.example[")],
  ["a DSN field", (text) => text.replace(/^Action: failed/, "Action: delayed")],
  ["a status code", (text) => text.replace("dsn=5.", "dsn=4.")],
  ["an envelope recipient", (text) => text.replace("to=<alice@", "to=<bob@")],
];

function mutated(outcome: Outcome, change: (text: string) => string): Outcome {
  const lines = (all: readonly string[] = []): readonly string[] => all.map(change);
  return {
    steps: outcome.steps.map((step) => ({
      ...step,
      ...(step.receive === undefined ? {} : { receive: lines(step.receive) }),
      ...(step.stdout === undefined ? {} : { stdout: lines(step.stdout) }),
    })),
    logs: Object.fromEntries(
      Object.entries(outcome.logs).map(([host, own]) => [
        host,
        Object.fromEntries(Object.entries(own).map(([path, all]) => [path, lines(all)])),
      ]),
    ),
    files: (outcome.files ?? []).map((file) => ({ ...file, content: lines(file.content) })),
  };
}

describe("a planted change is seen", () => {
  test.each(mutations)("%s", (_, change) => {
    let touched = 0;
    for (const id of allCases()) {
      const outcome = recordedOutcome(readRecording(id));
      const planted = mutated(outcome, change);
      if (JSON.stringify(planted) === JSON.stringify(outcome)) continue;
      touched++;
      expect(compare(outcome, planted), id).not.toEqual([]);
    }
    expect(touched).toBeGreaterThan(1);
  });
});

describe("the list of differences", () => {
  const outcome: Outcome = { steps: [{ connect: "a:25" }, { receive: ["250 Ok\r\n"] }], logs: {} };
  const other: Outcome = { steps: [{ connect: "a:25" }, { receive: ["550 No\r\n"] }], logs: {} };
  const listed: ListedDifference = { engine: "embedded", cases: ["a/b"], parts: /^step 2/, reason: "why" };

  test("excuses what it names", () => {
    expect(judge("a/b", "embedded", outcome, other, [], [listed])).toEqual({ verdict: "listed", reasons: ["why"] });
  });

  test.each([
    ["what is listed for another engine", "docker", [listed]],
    ["what is listed for another part", "embedded", [{ ...listed, parts: /^step 1/ }]],
    ["what is listed for another case", "embedded", [{ ...listed, cases: ["a/c"] }]],
  ] as const)("does not excuse %s", (_, engine, list) => {
    expect(judge("a/b", engine, outcome, other, [], list).verdict).toBe("different");
  });

  test("fails where what it names has gone", () => {
    const verdict = judge("a/b", "embedded", outcome, outcome, [], [listed]);
    expect(verdict).toMatchObject({ verdict: "different", text: expect.stringContaining("take it from listed-differences.ts") });
  });

  test("names cases that are there", () => {
    const known = new Set(allCases());
    expect(listedDifferences.flatMap(({ cases }) => cases).filter((id) => !known.has(id))).toEqual([]);
  });
});
