import { describe, expect, it } from "vitest";
import { NOTICE_LOG } from "../../../src/engines/embedded/create-machine.ts";
import { planAddresses } from "../../../src/engines/embedded/engine.ts";
import type { LogLine } from "../../../src/world/event.ts";
import { clockworkEngine, clockworkWorld, MAIL_LOG } from "./clockwork.ts";

const HOUR_MS = 3_600_000;
const text = (lines: readonly LogLine[]): string => lines.map((line) => `${line.atMs} ${line.host} ${line.path} ${line.text}`).join("\n");

describe("reserve", () => {
  it("gives known blocks to the known networks and further ones to others", () => {
    const plan = planAddresses({
      networks: [{ key: "internet" }, { key: "office" }, { key: "branch" }, { key: "lab" }],
      hosts: [
        {
          key: "mx1",
          interfaces: [
            { network: "internet", offset: 17 },
            { network: "lab", offset: 2 },
          ],
        },
      ],
    });
    expect(plan).toEqual({
      networks: { internet: "203.0.113.0/26", office: "198.51.100.0/26", branch: "198.18.0.0/26", lab: "198.18.0.64/26" },
      addresses: { mx1: { internet: "203.0.113.17", lab: "198.18.0.66" } },
    });
  });

  it("refuses a place outside the block", () => {
    const shape = { networks: [{ key: "internet" }], hosts: [{ key: "mx1", interfaces: [{ network: "internet", offset: 64 }] }] };
    expect(() => planAddresses(shape)).toThrow(/outside the network 203.0.113.0\/26/);
  });
});

describe("up", () => {
  it("starts what should run, and says who stands where", async () => {
    const steps: string[] = [];
    const world = clockworkWorld({
      hosts: {
        mx1: { daemons: [{ kind: "postfix", state: "stopped" }] },
        mx2: {
          daemons: [{ kind: "postfix", state: "frozen" }],
          disks: [{ path: "/srv", freeBytes: 5000 }],
          mailboxes: [{ user: "ann", fillBytes: 3000 }],
        },
      },
    });
    const range = await clockworkEngine.up(world, { progress: ({ host, text: told }) => steps.push(`${host}: ${told}`) });
    expect(steps).toEqual(["ns1: starting bind", "mx1: starting postfix", "mx2: starting postfix"]);
    expect(range.lines().map((line) => line.host)).toEqual(["ns1", "mx2"]);
    expect((await range.run("mx1", "cat /etc/hosts")).stdout).toBe("127.0.0.1\tlocalhost\n203.0.113.3\tmx1.meadow.example mx1\n");
    expect((await range.run("mx1", "cat /etc/resolv.conf")).stdout).toBe("nameserver 203.0.113.2\n");
    await range.time.advance(HOUR_MS);
    expect(range.lines().length).toBe(2);
    await range.down();
  });

  it("goes on where a daemon does not start, with its words in the log", async () => {
    const range = await clockworkEngine.up(clockworkWorld({ hosts: { mx1: { files: { "/etc/postfix/main.cf": "broken\n" } } } }));
    expect(text(range.lines())).toContain("fatal: broken");
    await range.down();
  });

  it("refuses a world with a daemon that is not simulated", async () => {
    const world = clockworkWorld({ hosts: { mx2: { daemons: [{ kind: "domino", state: "running" }] } } });
    await expect(clockworkEngine.up(world)).rejects.toMatchObject({ problems: [{ code: "daemon-not-simulated", where: { host: "mx2" } }] });
  });

  it("leaves nothing behind when it is called off", async () => {
    await expect(clockworkEngine.up(clockworkWorld(), { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
  });
});

describe("time and logs", () => {
  it("tells followers each line until they leave, and keeps all in order", async () => {
    const range = await clockworkEngine.up(clockworkWorld());
    const followed: LogLine[] = [];
    const leave = range.follow((line) => followed.push(line));
    await range.time.advance(HOUR_MS);
    expect(followed.length).toBeGreaterThan(20);
    expect(range.lines().slice(-followed.length)).toEqual(followed);
    leave();
    const { length } = followed;
    await range.time.advance(HOUR_MS);
    expect(followed.length).toBe(length);
    expect(range.time.now()).toBe(range.world.startsAtMs + 2 * HOUR_MS);
    const written = (await range.run("mx1", `cat ${MAIL_LOG}`)).stdout;
    expect(written).toBe(
      range
        .lines()
        .filter((line) => line.host === "mx1")
        .map((line) => `${line.text}\n`)
        .join(""),
    );
    await range.down();
  });

  it("gives one log for one seed in 20 runs, whatever disturbs the event loop, and another for another seed", async () => {
    const play = async (seed: number, disturbance: number): Promise<string> => {
      const range = await clockworkEngine.up(clockworkWorld({ seed }));
      let on = disturbance > 0;
      const disturb = (): void => {
        let waste = 0;
        for (let index = 0; index < disturbance * 1000; index++) waste += Math.sqrt(index);
        if (on && waste >= 0) setImmediate(disturb);
      };
      if (on) disturb();
      await range.time.advance(6 * HOUR_MS);
      await range.run("mx1", "sleep 100");
      await range.time.advance(6 * HOUR_MS);
      on = false;
      const log = text(range.lines());
      await range.down();
      return log;
    };
    const logs = new Set<string>();
    for (let run = 0; run < 20; run++) logs.add(await play(42, run % 4));
    expect(logs.size).toBe(1);
    logs.add(await play(43, 0));
    expect(logs.size).toBe(2);
  });
});

describe("run", () => {
  it("lets as much time pass as the command needs", async () => {
    const range = await clockworkEngine.up(clockworkWorld());
    const before = range.time.now();
    expect(await range.run("mx1", "sleep 600")).toEqual({ stdout: "", stderr: "", code: 0 });
    expect(range.time.now()).toBe(before + 600_000);
    expect((await range.run("mx1", "visits")).stdout).toBe("1\n");
    expect((await range.run("ns1", "visits")).code).toBe(127);
    await range.down();
  });

  it("ends a command that waits for what never comes", async () => {
    const range = await clockworkEngine.up(clockworkWorld());
    const { code, stderr } = await range.run("mx1", "hang");
    expect([code, stderr]).toEqual([130, expect.stringContaining("never comes")]);
    await range.down();
  });

  it("ends it when the caller gives up", async () => {
    const range = await clockworkEngine.up(clockworkWorld());
    const caller = new AbortController();
    const running = range.run("mx1", "hang", { signal: caller.signal });
    caller.abort();
    expect((await running).code).toBe(130);
    await range.down();
  });

  it("says once what is not simulated, on the screen and in a log", async () => {
    const range = await clockworkEngine.up(clockworkWorld());
    expect((await range.run("mx1", "odd")).stderr).toBe("maildrill: not simulated here: the parameter odd\n");
    expect((await range.run("mx1", "odd")).stderr).toBe("");
    expect((await range.run("mx1", `cat ${NOTICE_LOG}`)).stdout).toMatch(
      /^2026-11-24T08:00:00.000Z not simulated here: the parameter odd\n$/,
    );
    await range.down();
  });

  it("names the hosts where there is none of that name", async () => {
    const range = await clockworkEngine.up(clockworkWorld());
    await expect(range.run("mx3", "visits")).rejects.toThrow(/no host called "mx3"/);
    await range.down();
  });
});

describe("down", () => {
  it("ends commands under way and can be called twice", async () => {
    const range = await clockworkEngine.up(clockworkWorld());
    const running = range.run("mx1", "sleep 1000");
    await range.down();
    await range.down();
    await expect(running).rejects.toThrow(/down/);
  });
});
