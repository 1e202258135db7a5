import { describe, expect, it } from "vitest";
import { ProblemError } from "../../src/base/problem.ts";
import { bareWorld } from "../../src/scenario/bare-world.ts";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { atFreshAddresses } from "../../src/scenario/fresh-addresses.ts";
import { readScenarioFiles } from "../../src/scenario/load-library.ts";
import { addressPlan } from "../../src/world/address-plan.ts";
import type { Engine } from "../../src/world/engine.ts";
import { root } from "../laws/source-tree.ts";
import { fakeRange } from "../session/fake-range.ts";

/** An engine where other processes snatch what is set aside, so many times. */
function contestedEngine(snatches: number, code = "address-taken") {
  const tried: string[] = [];
  const engine: Engine = {
    id: "docker",
    rangesAtOnce: 1,
    reserve: async (shape) =>
      addressPlan(shape, Object.fromEntries(shape.networks.map(({ key }, index) => [key, `198.18.${2 * tried.length + index}.0/26`]))),
    plan: () => ({ networks: [], hosts: [] }),
    up: async ({ networks }) => {
      tried.push(networks[0]?.cidr ?? "");
      if (tried.length <= snatches) throw new ProblemError({ code, message: "Pool overlaps with other one on this address space" });
      return fakeRange();
    },
  };
  const { worlds } = readScenarioFiles(root);
  const start = () => atFreshAddresses(async () => engine.up(await bareWorld("small-office", worlds, engine, catalogue, { seed: 0 })));
  return { start, tried };
}

describe("two processes that reach for the same addresses", () => {
  it("the one that comes late starts at other addresses", async () => {
    const { start, tried } = contestedEngine(2);
    await start();
    expect(tried).toEqual(["198.18.0.0/26", "198.18.2.0/26", "198.18.4.0/26"]);
  });

  it("gives up after some tries, with the engine's reason", async () => {
    const { start, tried } = contestedEngine(Number.POSITIVE_INFINITY);
    await expect(start()).rejects.toMatchObject({ problems: [{ code: "address-taken" }] });
    expect(tried).toHaveLength(5);
  });

  it("does not try again what failed for another reason", async () => {
    const { start, tried } = contestedEngine(1, "engine-disk-full");
    await expect(start()).rejects.toMatchObject({ problems: [{ code: "engine-disk-full" }] });
    expect(tried).toHaveLength(1);
  });
});
