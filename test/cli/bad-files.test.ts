import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../laws/source-tree.ts";

/** An installation of our own, whose scenario files may be spoilt. */
const home = mkdtempSync(join(tmpdir(), "maildrill-test-"));
const scenario = join(home, "scenarios/mx-wrong-order/scenario.yaml");
const good = readFileSync(join(root, "scenarios/mx-wrong-order/scenario.yaml"), "utf8");

beforeAll(() => {
  for (const part of ["bin", "dist", "scenarios", "labs", "package.json"]) cpSync(join(root, part), join(home, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(home, "node_modules"));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function prove(text: string): { readonly stderr: string; readonly status: number | null } {
  writeFileSync(scenario, text);
  const { stderr, status } = spawnSync(process.execPath, ["bin/maildrill.mjs", "prove", "mx-wrong-order"], { cwd: home, encoding: "utf8" });
  return { stderr, status };
}

describe("a bad scenario file is answered with every problem, its place and what to do", () => {
  it.each<[string, string, readonly string[]]>([
    [
      "many slips at once",
      good
        .replace("difficulty: 1", "dificulty: one")
        .replace("{use: mx-wrong-order,", "{use: mx-wrong-ordr,")
        .replace("{org.domain}", "{org.domian}"),
      ["scenario.yaml:6:1", "Did you mean difficulty?", "Did you mean mx-wrong-order?", "Did you mean {org.domain}?"],
    ],
    ["a wrong type", good.replace("minutes: 15", "minutes: soon"), ["scenario.yaml:7:10"]],
    ["no YAML", "a: [b\n  c: {", ["scenario.yaml:"]],
    ["five megabytes", `a: [${"x, ".repeat(1_700_000)}`, ["too large"]],
    ["nothing", "", ["scenario.yaml"]],
  ])("%s", (_, text, words) => {
    const { stderr, status } = prove(text);
    expect(status).toBe(2);
    for (const word of words) expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/^\s+at .*\(/m);
  });
});
