import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRegistry } from "../../src/base/registry.ts";
import { checks } from "../../src/checks/registry.ts";
import { commands } from "../../src/cli/commands.ts";
import { daemons } from "../../src/daemons/registry.ts";
import { shellCommands } from "../../src/engines/embedded/shell/commands.ts";
import { faults } from "../../src/faults/registry.ts";
import { readSource, root, type SourceModule } from "./source-tree.ts";

/** Files that export a kind (by the pattern) whose id no registry has. */
function unlisted(modules: readonly SourceModule[], kind: RegExp, listed: readonly string[]): string[] {
  return modules.flatMap(({ path, text }) => {
    const ids = [...text.matchAll(kind)].map((match) => match[1] as string);
    return ids.filter((id) => !listed.includes(id)).map((id) => `${path} holds ${id}, which no registry has`);
  });
}

const inFolder = (folder: string): SourceModule[] =>
  readSource(folder).filter(({ path }) => path.split("/").length === folder.split("/").length + 1);
const fault = /: Fault<\w+> = \{\s+id: "([\w-]+)"/g;
const check = /: Check<\w+> = \{\s+id: "([\w-]+)"/g;

describe("registries are complete", () => {
  it("faults", () => {
    expect(faults.ids.length).toBeGreaterThan(0);
    expect(unlisted(inFolder("src/faults"), fault, faults.ids)).toEqual([]);
  });

  it("checks", () => {
    expect(checks.ids.length).toBeGreaterThan(5);
    expect(unlisted(inFolder("src/checks"), check, checks.ids)).toEqual([]);
  });

  it("daemons: one folder a kind", () => {
    const folders = readdirSync(join(root, "src/daemons"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual([...daemons.ids].sort());
  });

  it("commands of the command line", () => {
    const files = inFolder("src/cli").filter(({ text }) => /: CliCommand = \{/.test(text));
    expect(files.map(({ path }) => path.replace(/^src\/cli\/|\.ts$/g, "")).sort()).toEqual(commands.map(({ name }) => name).sort());
  });

  it("commands of the shell", () => {
    const names = readSource("src/engines/embedded/shell/commands").flatMap(({ text }) =>
      [...text.matchAll(/export const \w+: Command = \{\s+name: "([\w-]+)"/g)].map((match) => match[1]),
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !shellCommands.some((command) => command.name === name))).toEqual([]);
  });

  it("finds one that was forgotten, and one that is there twice", () => {
    const planted = { path: "src/checks/planted.ts", text: 'export const planted: Check<Params> = {\n  id: "planted",', imports: [] };
    expect(unlisted([planted], check, checks.ids)).toHaveLength(1);
    expect(() => createRegistry("check", [{ id: "twice" }, { id: "twice" }])).toThrow("two entries");
  });
});
