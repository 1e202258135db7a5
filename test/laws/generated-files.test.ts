import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generatedDocuments } from "../../tools/generated-documents.ts";
import { root } from "./source-tree.ts";

function stale(documents: Readonly<Record<string, string>>): string[] {
  return Object.entries(documents).flatMap(([path, text]) => {
    const file = join(root, path);
    return existsSync(file) && readFileSync(file, "utf8") === text ? [] : [path];
  });
}

describe("generated files", () => {
  const documents = generatedDocuments();

  it("are fresh (npm run generate)", () => {
    expect(Object.keys(documents).length).toBeGreaterThan(2);
    expect(stale(documents)).toEqual([]);
  });

  it("a stale or missing one is seen", () => {
    const [path, text] = Object.entries(documents)[0] as [string, string];
    expect(stale({ [path]: `${text} ` })).toEqual([path]);
    expect(stale({ "docs/reference/nowhere.md": "" })).toEqual(["docs/reference/nowhere.md"]);
  });
});
