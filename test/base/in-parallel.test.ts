import { describe, expect, it } from "vitest";
import { inParallel } from "../../src/base/in-parallel.ts";

/** Work that ends when it is told to. */
function gates(count: number) {
  const open: (() => void)[] = [];
  const waits = Array.from({ length: count }, (_, at) => new Promise<void>((resolve) => (open[at] = resolve)));
  return { open: (at: number) => open[at]?.(), wait: (at: number) => waits[at] as Promise<void> };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("work in parallel", () => {
  it("begins in order, so many at a time", async () => {
    const gate = gates(4);
    const begun: number[] = [];
    const all = inParallel([0, 1, 2, 3], 2, async (item) => {
      begun.push(item);
      await gate.wait(item);
    });
    await settled();
    expect(begun).toEqual([0, 1]);
    gate.open(1);
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    for (const at of [0, 2, 3]) gate.open(at);
    await all;
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it("begins nothing after a failure, and throws it when the rest has ended", async () => {
    const gate = gates(3);
    const events: string[] = [];
    const all = inParallel([0, 1, 2], 2, async (item) => {
      if (item === 0) throw new Error("no");
      await gate.wait(item);
      events.push(`ended ${item}`);
    }).catch((error: Error) => events.push(error.message));
    await settled();
    expect(events).toEqual([]);
    gate.open(1);
    await all;
    expect(events).toEqual(["ended 1", "no"]);
  });
});
