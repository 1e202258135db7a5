import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { dialects } from "../../src/daemons/registry.ts";
import { openEmbeddedEngine } from "../../src/engines/embedded/standard.ts";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { loadLibrary, readScenarioFiles } from "../../src/scenario/load-library.ts";
import { type Proof, proveAll } from "../../src/scenario/prove.ts";
import { variantsOf } from "../../src/scenario/variant.ts";
import { root } from "../laws/source-tree.ts";

const still: Clock = { now: () => 0, setTimeout: () => undefined, clearTimeout: () => undefined };
const setup = { engine: openEmbeddedEngine(), catalogue, dialects, clock: still };
const { scenarios, problems } = loadLibrary(readScenarioFiles(root), catalogue);
const all = scenarios.flatMap(variantsOf).map((scenario) => [[scenario.id, scenario.variant].join(" "), scenario] as const);

describe("every scenario", () => {
  it("loads", () => {
    expect(problems).toEqual([]);
    expect(scenarios.length).toBeGreaterThan(1);
  });

  it.each(all)(
    "%s is proved",
    async (_, scenario) => {
      const [proof] = (await proveAll([{ scenario, seed: 7 }], setup)) as [Proof];
      expect(proof.problem).toBeUndefined();
      expect(proof).toMatchObject({ healthy: true, mended: true });
      expect(proof.broken.failed).not.toEqual([]);
    },
    240_000,
  );
});
