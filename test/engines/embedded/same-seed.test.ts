import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openEmbeddedEngine } from "../../../src/engines/embedded/standard.ts";
import { catalogue } from "../../../src/scenario/catalogue.ts";
import { loadLibrary, readScenarioFiles } from "../../../src/scenario/load-library.ts";
import { setStage } from "../../../src/scenario/stage.ts";
import { root } from "../../laws/source-tree.ts";

const library = loadLibrary(readScenarioFiles(root), catalogue);
const scenario = library.scenarios.find(({ id }) => id === "mx-wrong-order");

/** A hash over every log line of the broken office. */
async function logOf(seed: number): Promise<string> {
  if (scenario === undefined) throw new Error("the scenario is gone");
  const stage = await setStage(scenario, openEmbeddedEngine(), catalogue, { seed });
  const hash = createHash("sha256");
  for (const { host, path, text, atMs } of stage.range.lines()) hash.update(`${host} ${path} ${atMs} ${text}\n`);
  await stage.range.down();
  return hash.digest("hex");
}

describe("one seed", () => {
  it("gives one log, byte for byte, in 20 runs; another seed another", async () => {
    const logs = new Set<string>();
    for (let run = 0; run < 20; run++) logs.add(await logOf(3));
    expect(logs.size).toBe(1);
    expect(logs).not.toContain(await logOf(4));
  }, 240_000);

  it("gives it in other processes too", () => {
    const trace = (): string => {
      const { stdout, status } = spawnSync(process.execPath, ["bin/maildrill.mjs", "demo", "by-hand", "--seed", "5"], {
        cwd: root,
        encoding: "utf8",
      });
      expect(status).toBe(0);
      return stdout;
    };
    const first = trace();
    expect(first).toContain("mended");
    expect([trace(), trace()]).toEqual([first, first]);
  }, 240_000);
});
