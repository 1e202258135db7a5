import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { faults } from "../../src/faults/registry.ts";
import { readSource, root, type SourceModule, sourceModule } from "./source-tree.ts";

const scenarioIds = readdirSync(join(root, "scenarios"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "worlds")
  .map((entry) => entry.name);

function mentions(module: SourceModule, ids: readonly string[]): string[] {
  return ids.filter((id) => new RegExp(`(?<![\\w-])${id}(?![\\w-])`).test(module.text)).map((id) => `${module.path} names ${id}`);
}

describe("engines know no faults", () => {
  const ids = [...new Set([...faults.ids, ...scenarioIds])];
  const modules = readSource("src/engines");

  it("no file of an engine contains the id of a fault or scenario", () => {
    expect(ids.length).toBeGreaterThan(1);
    expect(modules.length).toBeGreaterThan(30);
    expect(modules.flatMap((module) => mentions(module, ids))).toEqual([]);
  });

  it("finds a planted one", () => {
    expect(mentions(sourceModule("src/engines/embedded/planted.ts", `if (fault === "${ids[0]}") swap();`), ids)).toHaveLength(1);
  });
});
