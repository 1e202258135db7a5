import { describe, expect, it } from "vitest";
import { connectDocker } from "../../src/engines/docker/client.ts";
import { atFreshAddresses } from "../../src/scenario/fresh-addresses.ts";
import { overlap } from "../../src/world/address-plan.ts";
import type { Engine, Range } from "../../src/world/engine.ts";
import { bareRange, demandDocker, engineOn, obstacle } from "./bare-range.ts";

const why = obstacle();
demandDocker(why);

describe.skipIf(why !== undefined)("ranges that start at the same moment", () => {
  it("four that were all promised the same addresses come up at addresses of their own", async () => {
    const client = await connectDocker(process.env);
    // As processes do that look at the engine before any of them has begun.
    const engines = Array.from({ length: 4 }, () => withFirstPromise(engineOn(client)));
    const tries: number[] = [];
    const outcomes = await Promise.allSettled(
      engines.map(({ engine, reserved }) =>
        atFreshAddresses(() => bareRange(engine, [{ key: "desk", networks: ["internet", "office"] }])).finally(() =>
          tries.push(reserved()),
        ),
      ),
    );
    const ranges = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    try {
      expect(outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []))).toEqual([]);
      const blocks = ranges.flatMap(({ world }: Range) => world.networks.map(({ cidr }) => cidr));
      const pairs = blocks.flatMap((one, at) => blocks.slice(at + 1).map((other) => [one, other] as const));
      expect(pairs.filter(([one, other]) => overlap(one, other))).toEqual([]);
      for (const range of ranges) expect(await range.run("desk", "hostname")).toMatchObject({ stdout: "desk.meadow.example\n" });
      // One got what was promised, the others had to ask again.
      expect(tries.sort((a, b) => a - b)[0]).toBe(1);
      expect(tries.filter((count) => count > 1)).toHaveLength(3);
    } finally {
      await Promise.all(ranges.map((range) => range.down()));
    }
  });
});

/** An engine that first promises the blocks that all of these are promised, and then what is really free. */
function withFirstPromise(engine: Engine): { readonly engine: Engine; reserved(): number } {
  let reserved = 0;
  return {
    reserved: () => reserved,
    engine: {
      ...engine,
      reserve: async (shape, seed) => {
        const plan = await engine.reserve(shape, seed);
        if (++reserved > 1) return plan;
        const promised = { internet: "198.19.250.0/26", office: "198.19.251.0/26" };
        return {
          networks: promised,
          addresses: { desk: { internet: "198.19.250.2", office: "198.19.251.2" } },
        };
      },
    },
  };
}
