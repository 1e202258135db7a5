import type Docker from "dockerode";
import { describe, expect, it } from "vitest";
import { sweptText } from "../../../src/cli/leftovers.ts";
import { labels, labelsOf } from "../../../src/engines/docker/labels.ts";
import { ownerOf } from "../../../src/engines/docker/owner.ts";
import { userHere } from "../../../src/engines/docker/standing.ts";
import { findRanges, removeWaiting, sweepOrphans } from "../../../src/engines/docker/sweep.ts";

/** As ownerOf has it, of a process that is gone: nobody has this number and started then. */
const deadOwner = ownerOf().replace(/\/\d+\/\d+$/, "/1/0");

interface FakeNetwork {
  readonly range: string;
  readonly owner: string;
  /** What the engine answers when it is removed; without one it goes. */
  readonly refusal?: { readonly statusCode: number; readonly message: string };
}

interface FakeMark {
  readonly range: string;
  readonly owner: string;
  readonly untilMs: number;
}

const markLabels = ({ range, owner, untilMs }: FakeMark) => ({
  ...labelsOf({ id: range, owner, startedAtMs: 0 }, "mark", "session"),
  [labels.session]: "session",
  [labels.user]: userHere(),
  [labels.until]: new Date(untilMs).toISOString(),
});

/** As much of an engine as a sweep asks for: networks that go or do not. `late` turn up once something was removed. */
function engineWith(networks: readonly FakeNetwork[], late: readonly FakeNetwork[] = [], marks: readonly FakeMark[] = []) {
  const there = new Map(networks.map((network) => [network.range, network]));
  const waiting = [...late];
  let removals = 0;
  const listed = ({ range, owner }: FakeNetwork) => ({
    Id: range,
    Name: `maildrill-${range}-office`,
    Labels: labelsOf({ id: range, owner, startedAtMs: 0 }, "network", "office"),
  });
  const docker = {
    listContainers: async () => [],
    listVolumes: async () => ({ Volumes: marks.map((mark) => ({ Name: mark.range, Labels: markLabels(mark) })) }),
    getVolume: () => ({ remove: async () => {} }),
    listNetworks: async ({ filters }: { filters: { label: string[] } }) =>
      [...there.values()]
        .filter(({ range }) => [`maildrill.range`, `maildrill.range=${range}`].includes(filters.label[0] ?? ""))
        .map(listed),
    getNetwork: (id: string) => ({
      remove: async () => {
        removals++;
        const refusal = there.get(id)?.refusal;
        if (refusal !== undefined) throw Object.assign(new Error(refusal.message), { statusCode: refusal.statusCode });
        there.delete(id);
        for (const network of waiting.splice(0)) there.set(network.range, network);
      },
      inspect: async () => ({ Containers: {} }),
      disconnect: async () => {},
    }),
  };
  return { docker: docker as unknown as Docker, left: () => [...there.keys()], removals: () => removals };
}

const stuck = { statusCode: 403, message: "error while removing network: network maildrill-dead2-office has active endpoints" };

describe("the sweep", () => {
  it("removes what dead processes left and leaves alone what living ones have", async () => {
    const { docker, left } = engineWith([
      { range: "dead1", owner: deadOwner },
      { range: "alive", owner: ownerOf() },
    ]);
    expect(await sweepOrphans(docker)).toEqual({ removed: ["dead1"], stays: [] });
    expect(left()).toEqual(["alive"]);
  });

  it("does not say removed of a network that stays, tells why, and tries it no more than once more", async () => {
    const { docker, left, removals } = engineWith([
      { range: "dead1", owner: deadOwner },
      { range: "dead2", owner: deadOwner, refusal: stuck },
    ]);
    const swept = await sweepOrphans(docker);
    expect(swept.removed).toEqual(["dead1"]);
    expect(swept.stays).toEqual([{ range: "dead2", says: expect.stringContaining("has active endpoints") }]);
    expect(left()).toEqual(["dead2"]);
    expect(removals()).toBe(3);
    expect(sweptText(swept)).toContain("when Docker is restarted");
  });

  it("what fails in any other way keeps the rest from nothing", async () => {
    const { docker } = engineWith([
      { range: "dead2", owner: deadOwner, refusal: { statusCode: 500, message: "device or resource busy" } },
      { range: "dead1", owner: deadOwner },
    ]);
    const swept = await sweepOrphans(docker);
    expect(swept.removed).toEqual(["dead1"]);
    expect(swept.stays).toEqual([{ range: "dead2", says: expect.stringContaining("device or resource busy") }]);
  });

  it("finds what the engine finished only while it swept", async () => {
    const { docker, left } = engineWith([{ range: "dead1", owner: deadOwner }], [{ range: "dead3", owner: deadOwner }]);
    expect((await sweepOrphans(docker)).removed).toEqual(["dead1", "dead3"]);
    expect(left()).toEqual([]);
  });

  it("spares a range that waits for its session, as long as its mark says, and one that was taken up", async () => {
    const soon = Date.now() + 60_000;
    const { docker, left } = engineWith(
      ["waits", "late", "taken"].map((range) => ({ range, owner: deadOwner })),
      [],
      [
        { range: "waits", owner: deadOwner, untilMs: soon },
        { range: "late", owner: deadOwner, untilMs: 0 },
        // Its containers still name who began it; who has it now stands on the mark, also after the time is over.
        { range: "taken", owner: ownerOf(), untilMs: 0 },
      ],
    );
    expect((await sweepOrphans(docker)).removed).toEqual(["late"]);
    expect(left()).toEqual(["waits", "taken"]);
    const waiting = (await findRanges(docker)).filter(({ waits }) => waits !== undefined);
    expect(waiting).toMatchObject([{ id: "waits", orphaned: false, waits: { session: "session", untilMs: soon } }]);
    expect(await removeWaiting(docker)).toEqual(["waits"]);
    expect(left()).toEqual(["taken"]);
  });
});
