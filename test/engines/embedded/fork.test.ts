import { describe, expect, it } from "vitest";
import { forkRange } from "../../../src/engines/embedded/fork.ts";
import { createLiveRange, type LiveRange } from "../../../src/engines/embedded/live-range.ts";
import type { Range } from "../../../src/world/engine.ts";
import { clockworkEngine, clockworkMail, clockworkNames, clockworkWorld } from "./clockwork.ts";

const MINUTE_MS = 60_000;
const kit = { daemons: [clockworkMail, clockworkNames], shell: () => ({ run: unused, terminal: unused }) };

function unused(): never {
  throw new Error("no shell in this test");
}

function boot(world = clockworkWorld()): LiveRange {
  const range = createLiveRange(world, kit);
  for (const machine of range.machines) machine.boot();
  return range;
}

/** Everything that can be seen of a range. */
function photograph(range: LiveRange): unknown {
  return {
    now: range.clock.now(),
    lines: [...range.lines()],
    machines: range.machines.map((machine) => ({
      states: machine.services.kinds.map((kind) => machine.services.state(kind)),
      rules: machine.packetFilter.rules(),
      disks: machine.files.disks(),
      files: machine.files
        .walk("/")
        .map((path) => [path, machine.files.stat(path), machine.files.stat(path).kind === "file" && machine.files.read(path)]),
      random: machine.random.state(),
    })),
  };
}

describe("the original", () => {
  it("goes on byte for byte as without forks, whatever happens in them", async () => {
    const play = async (between: (range: Range) => Promise<unknown>): Promise<unknown> => {
      const range = await clockworkEngine.up(clockworkWorld());
      const seen: unknown[] = [];
      for (let step = 0; step < 12; step++) {
        // Odd instants: some in the middle of a connection.
        await range.time.advance(5 * MINUTE_MS + step * 7 + 0.5);
        await between(range);
        seen.push([...range.lines()], range.time.now(), (await range.run("mx1", "cat /var/log/mail.log")).stdout);
      }
      await range.down();
      return seen;
    };
    const undisturbed = await play(async () => {});
    const asked = await play((range) => range.ask({ ask: "queue", host: "mx1" }));
    expect(asked).toEqual(undisturbed);
  });
});

describe("a fork", () => {
  it("stands where the original stands and goes on in the same way", async () => {
    const original = boot();
    await original.clock.advance(47 * MINUTE_MS);
    const fork = await forkRange(original, kit);
    expect(photograph(fork)).toEqual(photograph(original));
    await fork.clock.advance(120 * MINUTE_MS);
    expect(original.clock.now()).toBe(original.world.startsAtMs + 47 * MINUTE_MS);
    await original.clock.advance(120 * MINUTE_MS);
    expect(photograph(fork)).toEqual(photograph(original));
    expect(original.lines().length).toBeGreaterThan(50);
  });

  it("keeps conditions: what is stopped, failed, frozen, filtered, slow or full", async () => {
    const original = boot();
    const [ns1, mx1, mx2] = [original.machine("ns1"), original.machine("mx1"), original.machine("mx2")];
    ns1.services.stop("bind");
    mx1.services.freeze("postfix");
    mx1.files.limitDisk("/var", 100);
    mx1.packetFilter.replace([{ direction: "in", protocol: "tcp", port: 25, verdict: "reject" }]);
    original.wire.lines.set("internet", undefined, { latencyMs: 500, lossRatio: 0.1 });
    mx2.services.stop("postfix");
    mx2.files.write("/etc/postfix/main.cf", "broken");
    mx2.services.start("postfix");
    const fork = await forkRange(original, kit);
    expect(photograph(fork)).toEqual(photograph(original));
    expect(fork.machines.map(({ services }) => services.kinds.map((kind) => services.state(kind)))).toEqual([
      ["stopped"],
      ["frozen"],
      ["failed"],
    ]);
    expect(fork.wire.lines.get("internet")).toEqual({ latencyMs: 500, lossRatio: 0.1 });
  });

  it("runs with the settings that the original has read, not with an edit that it has not", async () => {
    const original = boot();
    original.machine("mx1").files.write("/etc/postfix/main.cf", "broken");
    const fork = await forkRange(original, kit);
    expect(fork.machine("mx1").services.state("postfix")).toBe("running");
    fork.machine("mx1").services.stop("postfix");
    expect(fork.machine("mx1").services.start("postfix")).toBe("fatal: broken\n");
    expect([fork.machine("mx1").services.state("postfix"), original.machine("mx1").services.state("postfix")]).toEqual([
      "failed",
      "running",
    ]);
  });

  it("can be forked again, and ends alone", async () => {
    const original = boot();
    const first = await forkRange(original, kit);
    const second = await forkRange(first, kit);
    first.down();
    await second.clock.advance(10 * MINUTE_MS);
    await original.clock.advance(10 * MINUTE_MS);
    expect(photograph(second)).toEqual(photograph(original));
  });
});
