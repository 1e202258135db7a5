import { describe, expect, test } from "vitest";
import { type LabFolder, loadLab } from "../../src/lesson/load-labs.ts";

const text = `
id: 01-first
title: First
summary: A lab
steps:
  - {read: a.md}
  - {play: by-hand}
`;

function folder(change: (text: string) => string = (same) => same, lessons: Record<string, string> = { "a.md": "# A" }): LabFolder {
  return { name: "01-first", lab: { file: "labs/01-first/lab.yaml", text: change(text) }, lessons: new Map(Object.entries(lessons)) };
}

const load = (lab: LabFolder) => loadLab(lab, ["by-hand", "side-door"]);

describe("a lab", () => {
  test("is reading and scenarios in order", () => {
    expect(load(folder()).lab?.steps).toEqual([
      { kind: "read", file: "a.md", text: "# A" },
      { kind: "play", scenario: "by-hand" },
    ]);
  });

  test.each([
    [
      "an unknown scenario",
      folder((same) => same.replace("by-hand", "by-hnd")),
      { code: "unknown-scenario", where: { line: 7, column: 12 }, hint: "Did you mean by-hand?" },
    ],
    ["a missing lesson", folder((same) => same.replace("a.md", "b.md")), { code: "missing-text", where: { line: 6 } }],
    ["an empty lesson", folder(undefined, { "a.md": " \n" }), { code: "missing-text" }],
    [
      "a lesson that nobody reads",
      folder(undefined, { "a.md": "A", "z.md": "Z" }),
      { code: "unused-text", where: { file: "labs/01-first/z.md" } },
    ],
    ["another folder", folder((same) => same.replace("01-first", "02-first")), { code: "wrong-folder", where: { line: 2 } }],
    ["an unknown key", folder((same) => same.replace("summary", "sumary")), { code: "unknown-key", where: { line: 4, column: 1 } }],
    ["a step of no kind", folder((same) => same.replace("play:", "plays:")), { code: "unknown-key" }],
    [
      "an id without digits",
      folder((same) => same.replace("id: 01-first", "id: first")),
      { code: "bad-value", where: { line: 2, column: 5 } },
    ],
    ["no steps", folder((same) => same.replace(/steps:[\s\S]*/, "steps: []\n")), { code: "bad-value" }],
    ["broken YAML", folder((same) => `${same}\n}`), { code: "yaml-syntax" }],
  ])("with %s is a problem at its place", (_, lab, problem) => {
    const { lab: loaded, problems } = load(lab);
    expect(loaded).toBeUndefined();
    expect(problems).toContainEqual(
      expect.objectContaining({ ...problem, ...("where" in problem ? { where: expect.objectContaining(problem.where) } : {}) }),
    );
  });
});
