import { describe, expect, it } from "vitest";
import { createLiveRange, type LiveRange } from "../../../src/engines/embedded/live-range.ts";
import { clockworkMail, clockworkNames, clockworkWorld } from "./clockwork.ts";

function boot(seed = 42): LiveRange {
  const shell = (): never => {
    throw new Error("no shell in this test");
  };
  const range = createLiveRange(clockworkWorld({ seed }), { daemons: [clockworkMail, clockworkNames], shell });
  for (const machine of range.machines) machine.boot();
  return range;
}

const last = (range: LiveRange, count: number): readonly string[] =>
  range
    .lines()
    .slice(-count)
    .map((line) => line.text.replace(/^\d+ \[\d+\] /, ""));

describe("services", () => {
  it("start, reload and stop, each once", () => {
    const range = boot();
    const { services } = range.machine("mx1");
    expect([services.kinds, services.state("postfix"), services.start("postfix")]).toEqual([["postfix"], "running", ""]);
    services.reload("postfix");
    services.stop("postfix");
    services.stop("postfix");
    services.reload("postfix");
    expect([services.state("postfix"), services.program("postfix"), last(range, 3)]).toEqual([
      "stopped",
      undefined,
      ["started", "reloaded", "stopped"],
    ]);
    services.start("postfix");
    expect([services.state("postfix"), last(range, 1)]).toEqual(["running", ["started"]]);
  });

  it("that fail say why, and come up once it is mended", () => {
    const range = boot();
    const { services, files, net } = range.machine("mx1");
    services.stop("postfix");
    files.write("/etc/postfix/main.cf", "broken");
    expect([services.start("postfix"), services.state("postfix"), net.listeners()]).toEqual(["fatal: broken\n", "failed", []]);
    files.write("/etc/postfix/main.cf", "");
    expect([services.start("postfix"), services.state("postfix")]).toEqual(["", "running"]);
  });

  it("hear signals while frozen only when they thaw; a stop thaws first", async () => {
    const range = boot();
    const { services } = range.machine("mx1");
    services.freeze("postfix");
    services.reload("postfix");
    await range.clock.advance(3_600_000);
    expect([services.state("postfix"), range.lines().some((line) => line.text.includes("reloaded"))]).toEqual(["frozen", false]);
    services.thaw("postfix");
    // The connections that its kernel took meanwhile come after the signal.
    expect(last(range, 20).filter((text) => text === "reloaded").length).toBe(1);
    services.freeze("postfix");
    services.stop("postfix");
    expect([services.state("postfix"), last(range, 1)]).toEqual(["stopped", ["stopped"]]);
  });

  it("leave no timer, listener or connection behind", async () => {
    const range = boot();
    for (const machine of range.machines) for (const kind of machine.services.kinds) machine.services.stop(kind);
    const { length } = range.lines();
    await range.clock.advance(3_600_000);
    expect([range.lines().length, range.clock.pending]).toEqual([length, 0]);
    expect(range.machines.flatMap(({ net }) => [...net.listeners(), ...net.connections()])).toEqual([]);
  });

  it("take process ids and randomness of the seed, and go on with them after a restart", () => {
    const ids = (seed: number): string =>
      boot(seed)
        .lines()
        .map((line) => line.text)
        .join("\n");
    expect(ids(1)).toBe(ids(1));
    expect(ids(1)).not.toBe(ids(2));
    const machine = boot().machine("mx1");
    const first = machine.newPid();
    expect(machine.newPid()).toBe(first + 1);
  });
});
