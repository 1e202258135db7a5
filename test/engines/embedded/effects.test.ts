import { describe, expect, it } from "vitest";
import { compileEffect } from "../../../src/daemons/effects.ts";
import { applyEffect } from "../../../src/engines/embedded/effects.ts";
import { createLiveRange, type LiveRange } from "../../../src/engines/embedded/live-range.ts";
import type { Effect } from "../../../src/world/effect.ts";
import type { World } from "../../../src/world/world.ts";
import { clockworkMail, clockworkNames, clockworkWorld } from "./clockwork.ts";

const unused = (): never => {
  throw new Error("no shell in this test");
};

function boot(world: World = clockworkWorld()): LiveRange {
  const range = createLiveRange(world, { daemons: [clockworkMail, clockworkNames], shell: () => ({ run: unused, terminal: unused }) });
  for (const machine of range.machines) machine.boot();
  return range;
}

/** What an effect can change, logs aside: they tell when it came. */
function conditions(range: LiveRange): unknown {
  return {
    now: range.clock.now(),
    lines: [...range.wire.lines.entries()],
    machines: range.machines.map(({ files, services, packetFilter }) => ({
      states: services.kinds.map((kind) => services.state(kind)),
      rules: packetFilter.rules(),
      disks: files.disks(),
      files: files
        .walk("/")
        .filter((path) => !path.startsWith("/var/log/") && files.stat(path).kind === "file")
        .map((path) => [path, files.stat(path).mode, files.read(path)]),
    })),
  };
}

const ZONE = "/etc/bind/db.meadow.example";
const MX1 = { name: "@", type: "MX", data: "10 mx1" };
const EFFECTS: readonly Effect[] = [
  { effect: "file", host: "mx1", path: "/etc/postfix/main.cf", edit: { append: "odd = 1\n" }, reload: "postfix" },
  { effect: "file", host: "mx1", path: "/etc/postfix/main.cf", edit: { replace: "300000", by: "1000" } },
  { effect: "file", host: "mx1", path: "/etc/new", edit: { write: "new\n" } },
  { effect: "file", host: "mx2", path: "/etc/dovecot/dovecot.conf", edit: { remove: true } },
  { effect: "file", host: "mx2", path: "/etc/resolv.conf", edit: { remove: true } },
  { effect: "file", host: "mx2", path: "/etc/hosts", edit: { append: "203.0.113.9\tpartner.example\n" } },
  { effect: "parameter", host: "mx1", name: "myhostname", value: "wrong.example" },
  { effect: "parameter", host: "mx1", name: "relayhost", value: "[203.0.113.9]" },
  { effect: "parameter", host: "mx1", name: "myhostname" },
  { effect: "record", host: "ns1", zone: "meadow.example", edits: [{ set: { ...MX1, data: "90 mx1" }, was: MX1 }] },
  {
    effect: "record",
    host: "ns1",
    zone: "meadow.example",
    edits: [{ add: { name: "www", type: "A", data: "203.0.113.9" } }, { remove: MX1 }],
  },
  { effect: "daemon", host: "mx1", daemon: "postfix", action: "stop" },
  { effect: "daemon", host: "mx1", daemon: "postfix", action: "freeze" },
  { effect: "firewall", host: "mx2", rule: { direction: "in", protocol: "tcp", port: 25, verdict: "drop" } },
  { effect: "link", network: "internet", latencyMs: 900 },
  { effect: "link", network: "internet", lossRatio: 0.5 },
  { effect: "link", network: "internet", host: "ns1", latencyMs: 900 },
  { effect: "disk", host: "mx1", path: "/var/spool/postfix", freeBytes: 1000 },
  { effect: "mailbox", host: "mx2", user: "ann", fillBytes: 1_500_000 },
  { effect: "mailbox", host: "mx2", user: "ann", folder: "Trash", fillBytes: 1_500_000 },
];
const told = EFFECTS.map((effect): [string, Effect] => [JSON.stringify(effect), effect]);

describe("an effect", () => {
  it.each(told)("compiled before the start equals applied live: %s", async (_, effect) => {
    const live = boot();
    const untouched = conditions(live);
    await applyEffect(live, effect);
    const compiled = conditions(boot(compileEffect(clockworkWorld(), effect)));
    expect(conditions(live)).toEqual(compiled);
    expect(compiled).not.toEqual(untouched);
  });

  it.each(told)("can be taken back: %s", async (_, effect) => {
    const live = boot();
    const untouched = conditions(live);
    const applied = await applyEffect(live, effect);
    expect(await applied.revert()).toBeUndefined();
    // A zone's serial only goes up.
    const zone = live.machine("ns1").files;
    zone.write(ZONE, (zone.read(ZONE) ?? "").replace("2026112403", "2026112401"));
    expect(conditions(live)).toEqual(untouched);
  });

  it("of time lets what is due happen, and cannot be taken back", async () => {
    const live = boot();
    const applied = await applyEffect(live, { effect: "time", advanceMs: 3_600_000 });
    expect(live.lines().length).toBeGreaterThan(20);
    expect(await applied.revert()).toMatchObject({ code: "time-runs-forward" });
    expect(compileEffect(clockworkWorld(), { effect: "time", advanceMs: 5 }).startsAtMs).toBe(clockworkWorld().startsAtMs + 5);
  });

  it("is seen by the daemon that reads the file", async () => {
    const live = boot();
    await applyEffect(live, { effect: "parameter", host: "mx1", name: "odd", value: "1" });
    await applyEffect(live, { effect: "record", host: "ns1", zone: "meadow.example", edits: [{ remove: MX1 }] });
    expect(
      live
        .lines()
        .slice(-2)
        .map(({ host, text }) => `${host} ${text.split(" ").at(-1)}`),
    ).toEqual(["mx1 reloaded", "ns1 reloaded"]);
  });

  it.each<[string, Effect, string]>([
    ["an unknown host", { effect: "parameter", host: "mx9", name: "a" }, "unknown-host"],
    ["an unknown network", { effect: "link", network: "wan", latencyMs: 1 }, "unknown-network"],
    ["a host that is not on the network", { effect: "link", network: "internet", host: "moon", latencyMs: 1 }, "unknown-host"],
    ["a host without the daemon", { effect: "daemon", host: "mx1", daemon: "bind", action: "stop" }, "no-such-daemon"],
    ["a host without Postfix", { effect: "parameter", host: "ns1", name: "a", value: "b" }, "no-such-daemon"],
    ["a file that is not there", { effect: "file", host: "mx1", path: "/etc/nothing", edit: { remove: true } }, "no-such-file"],
    ["a host without the zone", { effect: "record", host: "ns1", zone: "brook.example", edits: [] }, "no-such-zone"],
    [
      "a record that is not there",
      { effect: "record", host: "ns1", zone: "meadow.example", edits: [{ remove: { ...MX1, data: "5 mx9" } }] },
      "record-missing",
    ],
    [
      "a text that is not there",
      { effect: "file", host: "mx1", path: "/etc/postfix/main.cf", edit: { replace: "nowhere", by: "" } },
      "text-not-found",
    ],
    [
      "a text that is there twice",
      { effect: "file", host: "mx1", path: "/etc/postfix/main.cf", edit: { replace: "0", by: "" } },
      "text-not-found",
    ],
    ["a user without mailbox", { effect: "mailbox", host: "mx1", user: "ann", fillBytes: 1 }, "no-such-mailbox"],
  ])("finds no place: %s", async (_, effect, code) => {
    const live = boot();
    const before = conditions(live);
    await expect(applyEffect(live, effect)).rejects.toMatchObject({ problems: [{ code }] });
    expect(conditions(live)).toEqual(before);
    if (effect.effect !== "mailbox") expect(() => compileEffect(clockworkWorld(), effect)).toThrow();
  });
});

describe("taking back", () => {
  const revertAfter = async (
    effect: Effect,
    edit: (range: LiveRange) => void,
  ): Promise<{ readonly range: LiveRange; readonly code: string | undefined }> => {
    const range = boot();
    const applied = await applyEffect(range, effect);
    edit(range);
    const problem = await applied.revert();
    return { range, code: problem?.code };
  };
  const rewrite = (host: string, path: string, change: (text: string) => string) => (range: LiveRange) => {
    const { files } = range.machine(host);
    files.write(path, change(files.read(path) ?? ""));
  };

  it("keeps what was edited elsewhere in the file", async () => {
    const replaced: Effect = { effect: "file", host: "mx1", path: "/etc/postfix/main.cf", edit: { replace: "300000", by: "1" } };
    const first = await revertAfter(
      replaced,
      rewrite("mx1", "/etc/postfix/main.cf", (text) => `# mine\n${text}relayhost = x\n`),
    );
    expect(first.code).toBeUndefined();
    expect(first.range.machine("mx1").files.read("/etc/postfix/main.cf")).toBe(
      "# mine\nneighbour = 203.0.113.4\n# visits\ninterval = 300000\nmyhostname = mx1\nrelayhost = x\n",
    );
    const parameter: Effect = { effect: "parameter", host: "mx1", name: "myhostname", value: "wrong" };
    const second = await revertAfter(
      parameter,
      rewrite("mx1", "/etc/postfix/main.cf", (text) => text.replace("# visits\n", "")),
    );
    expect(second.range.machine("mx1").files.read("/etc/postfix/main.cf")).toBe(
      "neighbour = 203.0.113.4\ninterval = 300000\nmyhostname = mx1\n",
    );
  });

  it("keeps records that were edited meanwhile, and raises the serial above theirs", async () => {
    const swap: Effect = { effect: "record", host: "ns1", zone: "meadow.example", edits: [{ set: { ...MX1, data: "90 mx1" }, was: MX1 }] };
    const { range, code } = await revertAfter(
      swap,
      rewrite("ns1", ZONE, (text) => `${text.replace("2026112402", "2026112409")}www\tIN\tA\t203.0.113.9\n`),
    );
    expect(code).toBeUndefined();
    const zone = range.machine("ns1").files.read(ZONE);
    expect(zone).toContain("www\tIN\tA\t203.0.113.9\n");
    expect(zone).toContain("MX\t10 mx1");
    expect(zone).toContain("2026112410");
  });

  const main = "/etc/postfix/main.cf";
  it.each<[string, Effect, (range: LiveRange) => void]>([
    [
      "the place itself",
      { effect: "file", host: "mx1", path: main, edit: { replace: "300000", by: "1" } },
      rewrite("mx1", main, (text) => text.replace("interval = 1", "interval = 2")),
    ],
    [
      "the parameter",
      { effect: "parameter", host: "mx1", name: "myhostname", value: "wrong" },
      rewrite("mx1", main, (text) => text.replace("wrong", "right")),
    ],
    [
      "the record",
      { effect: "record", host: "ns1", zone: "meadow.example", edits: [{ set: { ...MX1, data: "90 mx1" }, was: MX1 }] },
      rewrite("ns1", ZONE, (text) => text.replace("90 mx1", "10 mx1")),
    ],
    [
      "the file, which is gone",
      { effect: "file", host: "mx1", path: main, edit: { append: "x = y\n" } },
      (range) => range.machine("mx1").files.remove(main),
    ],
    [
      "the daemon",
      { effect: "daemon", host: "mx1", daemon: "postfix", action: "stop" },
      (range) => void range.machine("mx1").services.start("postfix"),
    ],
    [
      "the rule",
      { effect: "firewall", host: "mx1", rule: { direction: "in", protocol: "tcp", port: 25, verdict: "drop" } },
      (range) => range.machine("mx1").packetFilter.replace([]),
    ],
    [
      "the link",
      { effect: "link", network: "internet", latencyMs: 900 },
      (range) => range.wire.lines.set("internet", undefined, { latencyMs: 5, lossRatio: 0 }),
    ],
    [
      "the line of one host",
      { effect: "link", network: "internet", host: "ns1", latencyMs: 900 },
      (range) => range.wire.lines.set("internet", "ns1", { latencyMs: 5, lossRatio: 0 }),
    ],
  ])("leaves alone what somebody mended: %s", async (_, effect, mend) => {
    const mended = boot();
    await applyEffect(mended, effect);
    mend(mended);
    const { range, code } = await revertAfter(effect, mend);
    expect(code).toBe("changed-since");
    expect(conditions(range)).toEqual(conditions(mended));
  });

  it("counts what was written on the disk meanwhile", async () => {
    const range = boot(clockworkWorld({ hosts: { mx1: { disks: [{ path: "/var", freeBytes: 10_000 }] } } }));
    const { files } = range.machine("mx1");
    const applied = await applyEffect(range, { effect: "disk", host: "mx1", path: "/var/spool", freeBytes: 100 });
    const usedBefore = 100 - files.freeBytes("/var");
    files.write("/var/spool/x", "x".repeat(60));
    expect(await applied.revert()).toBeUndefined();
    expect(files.freeBytes("/var")).toBeLessThanOrEqual(10_000 - 60 - usedBefore);
  });

  it("removes old mail that was read meanwhile, and no other", async () => {
    const range = boot();
    const { files } = range.machine("mx2");
    files.write("/srv/vmail/ann/Maildir/new/1795507200.M1P1.mx2,S=1,W=1", "x");
    const applied = await applyEffect(range, { effect: "mailbox", host: "mx2", user: "ann", fillBytes: 3_000_000 });
    const [first = ""] = files.list("/srv/vmail/ann/Maildir/cur");
    files.rename(`/srv/vmail/ann/Maildir/cur/${first}`, `/srv/vmail/ann/Maildir/cur/${first}F`);
    expect(await applied.revert()).toBeUndefined();
    expect(files.walk("/srv/vmail/ann/Maildir").filter((path) => files.stat(path).kind === "file")).toEqual([
      "/srv/vmail/ann/Maildir/new/1795507200.M1P1.mx2,S=1,W=1",
    ]);
  });

  it("works for overlapping effects in any order", async () => {
    const range = boot();
    const before = conditions(range);
    const file: Effect = { effect: "file", host: "mx1", path: main, edit: { append: "one = 1\n" } };
    const [first, second, third] = [
      await applyEffect(range, file),
      await applyEffect(range, { effect: "parameter", host: "mx1", name: "myhostname", value: "wrong" }),
      await applyEffect(range, { effect: "link", network: "internet", latencyMs: 77 }),
    ];
    expect([await first.revert(), await third.revert(), await second.revert()]).toEqual([undefined, undefined, undefined]);
    expect(conditions(range)).toEqual(before);
  });
});
