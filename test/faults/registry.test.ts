import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { causes } from "../../src/faults/causes.ts";
import { faults } from "../../src/faults/registry.ts";

/** Fault files are those that export a fault; helpers beside them do not. */
const files = readdirSync("src/faults").filter((file) => /: Fault<\w+> = \{/.test(readFileSync(`src/faults/${file}`, "utf8")));

describe("the registry of faults", () => {
  test("holds every fault file, by its id, and nothing else", () => {
    expect([...faults.ids].sort()).toEqual(files.map((file) => file.replace(/\.ts$/, "")).sort());
    expect(files.length).toBeGreaterThan(0);
  });

  test("every fault is a cause that a learner can choose", () => {
    expect(faults.ids.filter((id) => !causes.has(id))).toEqual([]);
  });

  test.each(faults.all().map((fault) => [fault.id, fault] as const))("%s is described and tested", (id, fault) => {
    expect(fault.summary).toMatch(/^[A-Z].*\.$/);
    expect(fault.teaches.length).toBeGreaterThan(0);
    expect(readdirSync("test/faults")).toContain(`${id}.test.ts`);
  });
});

test("causes speak in sentences, and their titles differ", () => {
  for (const { title, summary } of causes.all()) {
    expect(title).toMatch(/^[A-Z][^.]+$/);
    expect(summary).toMatch(/^[A-Z].*\.$/s);
  }
  expect(new Set(causes.all().map(({ title }) => title)).size).toBe(causes.ids.length);
});
