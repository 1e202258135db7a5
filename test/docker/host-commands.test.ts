import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDocker } from "../../src/engines/docker/client.ts";
import { atFreshAddresses } from "../../src/scenario/fresh-addresses.ts";
import type { Range } from "../../src/world/engine.ts";
import { bareRange, demandDocker, engineOn, obstacle } from "./bare-range.ts";

const why = obstacle(["toolbox"]);
demandDocker(why);

describe.skipIf(why !== undefined)("a command line on a host", () => {
  let range: Range;
  beforeAll(async () => {
    const engine = engineOn(await connectDocker(process.env));
    range = await atFreshAddresses(() => bareRange(engine, [{ key: "desk", networks: ["office"] }]));
  }, 120_000);
  afterAll(() => range?.down());

  it("is told by what it printed, to both streams, and how it ended", async () => {
    expect(await range.run("desk", "echo out; echo err >&2; exit 3")).toEqual({ stdout: "out\n", stderr: "err\n", code: 3 });
    expect(await range.run("desk", "kill -TERM $$")).toEqual({ stdout: "", stderr: "", code: 143 });
    expect(await range.run("desk", "no-such-program")).toMatchObject({ code: 127, stderr: expect.stringContaining("command not found") });
  });

  it("begins as a login does: in root's home, with a session of its own, and other people's signals as they were", async () => {
    const { stdout } = await range.run("desk", "pwd; echo $HOME $XDG_SESSION_ID; trap -p; yes | head -1; echo ${PIPESTATUS[*]}");
    expect(stdout).toMatch(/^\/root\n\/root c\d+\ny\n141 0\n$/);
    expect((await range.run("desk", "pwd", { cwd: "/var/log" })).stdout).toBe("/var/log\n");
    expect(await range.run("desk", "pwd", { cwd: "/nowhere" })).toMatchObject({ code: 126, stderr: expect.stringContaining("/nowhere") });
  });

  it("takes and gives much, of any bytes that are text", async () => {
    const much = "ä€𝄞\n".repeat(500_000);
    expect(await range.run("desk", "wc -c", { stdin: much })).toMatchObject({ stdout: `${Buffer.byteLength(much)}\n` });
    expect((await range.run("desk", "cat", { stdin: much })).stdout === much).toBe(true);
    expect(await range.run("desk", "true", { stdin: much })).toMatchObject({ code: 0 });
  });

  it("does not wait for another, and gets its own answer", async () => {
    const outcomes = await Promise.all([
      range.run("desk", "while [ ! -e /tmp/second ]; do sleep 0.01; done; echo first"),
      range.run("desk", "touch /tmp/second; echo second"),
      ...Array.from({ length: 40 }, (_, at) => range.run("desk", `cat; echo ${at} >&2`, { stdin: String(at) })),
    ]);
    expect(outcomes.map(({ stdout }) => stdout)).toEqual(["first\n", "second\n", ...Array.from({ length: 40 }, (_, at) => String(at))]);
  });

  it("is not waited for by what it leaves running", async () => {
    expect(await range.run("desk", "sleep 1000 & echo left")).toMatchObject({ stdout: "left\n", code: 0 });
    expect(await range.run("desk", "pkill -x sleep && echo there")).toMatchObject({ stdout: "there\n" });
  });

  it("runs also after somebody has killed what runs them", async () => {
    expect(await range.run("desk", "kill -9 $PPID")).toMatchObject({ code: 137 });
    expect(await range.run("desk", "echo again")).toMatchObject({ stdout: "again\n" });
  });

  it("that is given up ends on the host too", async () => {
    const abort = new AbortController();
    const work = range.run("desk", "touch /tmp/begun; exec sleep 2000", { signal: abort.signal });
    await range.run("desk", "while [ ! -e /tmp/begun ]; do sleep 0.01; done");
    abort.abort();
    await expect(work).rejects.toThrow();
    expect(await range.run("desk", "pgrep -f 'sleep 2000'")).toMatchObject({ stdout: "" });
  });
});
