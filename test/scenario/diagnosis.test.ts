import { describe, expect, test } from "vitest";
import { causesOffered, judgeDiagnosis, type Pin } from "../../src/scenario/diagnosis.ts";

const diagnosis = {
  place: "ns1",
  cause: "mx-wrong-order",
  among: [
    { cause: "relay-denied", contradicted: "No line says so." },
    { cause: "mx1-down", contradicted: "It answers." },
  ],
  evidence: [
    { id: "turned-away", kind: "line" as const, on: "mx2", contains: ["lost connection after EHLO"], about: "it left" },
    { id: "dig-mx", kind: "answer" as const, contains: ["10 mx2.", "20 mx1."], about: "the order" },
  ],
};
const line: Pin = { kind: "line", on: "mx2", text: "lost connection after EHLO from mail.brook.example" };
const answer: Pin = { kind: "answer", on: "desk", text: "20 mx1.\n10 mx2.\n" };
const claim = (pins: readonly Pin[], cause = "mx-wrong-order", place = "ns1") => judgeDiagnosis({ diagnosis }, { place, cause, pins });

describe("a claim", () => {
  test("stands with place, cause and all its evidence", () => {
    expect(claim([line, answer])).toEqual({ status: "right" });
  });

  test("falls with a look-alike, and is told what speaks against it", () => {
    expect(claim([line, answer], "mx1-down")).toEqual({ status: "wrong-cause", contradicted: "It answers." });
  });

  test("falls at the wrong place", () => {
    expect(claim([line, answer], "mx-wrong-order", "mx2")).toEqual({ status: "wrong-place" });
  });

  test("an answer counts wherever it was asked for; a log line only from its own host", () => {
    expect(claim([line, { ...answer, on: "resolver" }])).toEqual({ status: "right" });
    expect(claim([{ ...line, on: "mx1" }, answer])).toEqual({ status: "unproved", missing: 1 });
  });

  test("of a kind that may be either, a log line shows it as well as an answer", () => {
    const [first, ...rest] = diagnosis.evidence;
    if (first === undefined) throw new Error("there is evidence");
    const either = { diagnosis: { ...diagnosis, evidence: [{ ...first, kind: ["line" as const, "answer" as const] }, ...rest] } };
    const verdict = (pin: Pin) => judgeDiagnosis(either, { place: "ns1", cause: "mx-wrong-order", pins: [pin, answer] }).status;
    expect([verdict(line), verdict({ ...line, kind: "answer" }), verdict({ ...line, kind: "reply" })]).toEqual([
      "right",
      "right",
      "unproved",
    ]);
  });

  test.each<readonly [string, readonly Pin[], number]>([
    ["nothing", [], 2],
    ["half of it", [line], 1],
    ["an answer that holds one of two texts", [line, { ...answer, text: "10 mx2.\n" }], 1],
    ["texts spread over two pins", [line, { ...answer, text: "10 mx2." }, { ...answer, text: "20 mx1." }], 1],
    ["a line pinned as an answer", [{ ...line, kind: "answer" }, answer], 1],
  ])("is unproved with %s", (_, pins, missing) => {
    expect(claim(pins)).toEqual({ status: "unproved", missing });
  });
});

test("the order in which causes are offered tells nothing", () => {
  expect(causesOffered({ diagnosis })).toEqual(["mx-wrong-order", "mx1-down", "relay-denied"]);
});
