import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileEffect } from "../../src/daemons/effects.ts";
import type { Effect } from "../../src/world/effect.ts";
import type { Range } from "../../src/world/engine.ts";
import type { HostKey } from "../../src/world/world.ts";
import { dockerHere, smallOffice } from "./office.ts";

const { engine, obstacle } = await dockerHere();

/** What is looked at, and what is seen only while the effect is in force. */
interface Case {
  readonly effect: Effect;
  readonly look: (range: Range) => Promise<string>;
  readonly symptom: RegExp;
}

const address = ({ world }: Range, key: HostKey): string => world.hosts.find((host) => host.key === key)?.interfaces[0]?.address ?? "";

async function dialogue(range: Range, to: HostKey, ...send: string[]): Promise<string> {
  const { failure, steps } = await range.ask({ ask: "dialogue", from: "sender", to, port: 25, send });
  return [failure ?? "", ...steps.map(({ reply }) => reply)].join("\n");
}

const on = async (range: Range, host: HostKey, line: string): Promise<string> => {
  const { stdout, stderr } = await range.run(host, line);
  return stdout + stderr;
};

const dig = (range: Range, server: HostKey, name = "meadow.example"): Promise<string> =>
  on(range, "desk", `dig +tries=1 +time=3 @${address(range, server)} ${name}`);

const cases: Readonly<Record<string, Case>> = {
  file: {
    effect: {
      effect: "file",
      host: "mx1",
      path: "/etc/postfix/main.cf",
      edit: { append: "smtpd_banner = $myhostname ESMTP here\n" },
      reload: "postfix",
    },
    look: (range) => dialogue(range, "mx1"),
    symptom: /ESMTP here/,
  },
  parameter: {
    effect: { effect: "parameter", host: "mx2", name: "message_size_limit", value: "20480" },
    look: (range) => dialogue(range, "mx2", "EHLO there"),
    symptom: /SIZE 20480$/m,
  },
  record: {
    effect: {
      effect: "record",
      host: "ns1",
      zone: "meadow.example",
      edits: [{ add: { name: "www", type: "A", data: "203.0.113.99" } }],
    },
    look: (range) => dig(range, "ns1", "www.meadow.example"),
    symptom: /IN\s+A\s+203\.0\.113\.99/,
  },
  "a stopped daemon": {
    effect: { effect: "daemon", host: "bystander", daemon: "postfix", action: "stop" },
    look: (range) => dialogue(range, "bystander"),
    symptom: /Connection refused/,
  },
  "a frozen daemon": {
    effect: { effect: "daemon", host: "resolver", daemon: "bind", action: "freeze" },
    look: (range) => dig(range, "resolver"),
    symptom: /timed out|no servers could be reached/,
  },
  "a filter that drops": {
    effect: { effect: "firewall", host: "mx1", rule: { direction: "in", protocol: "tcp", port: 25, verdict: "drop" } },
    look: (range) => on(range, "sender", `nc -v -z -w 1 ${address(range, "mx1")} 25`),
    symptom: /timed out/,
  },
  "a filter that rejects": {
    effect: { effect: "firewall", host: "sender", rule: { direction: "out", protocol: "tcp", port: 25, verdict: "reject" } },
    look: (range) => on(range, "sender", `nc -v -z -w 1 ${address(range, "mx2")} 25`),
    symptom: /refused/,
  },
  "a slow line": {
    effect: { effect: "link", network: "internet", latencyMs: 400 },
    look: (range) => dig(range, "ns1"),
    // 400 ms each way.
    symptom: /Query time: (8|9)\d\d msec/,
  },
  "a slow name server": {
    effect: { effect: "link", network: "internet", host: "ns1", latencyMs: 700 },
    look: async (range) => `${await dig(range, "ns1")}\n-- and the other:\n${await dig(range, "internet", "example")}`,
    symptom: /Query time: 7\d\d msec[^]*-- and the other:[^]*Query time: \d\d? msec/,
  },
  "a line that loses everything": {
    effect: { effect: "link", network: "internet", lossRatio: 1 },
    look: (range) => dig(range, "ns1"),
    symptom: /timed out|no servers could be reached/,
  },
  "a full disk": {
    effect: { effect: "disk", host: "mx2", path: "/var/spool/postfix", freeBytes: 500_000 },
    look: (range) => dialogue(range, "mx2", "EHLO there", "MAIL FROM:<dana@brook.example>"),
    symptom: /452 4\.3\.1 Insufficient system storage/,
  },
  "a full mailbox": {
    effect: { effect: "mailbox", host: "mailbox", user: "bob", fillBytes: 52_428_800 },
    look: async (range) => {
      const mail = { from: "dana@brook.example", to: ["bob@meadow.example"], subject: "Plans", text: "x".repeat(50_000) };
      const { recipients } = await range.ask({ ask: "send", from: "sender", mail, withinMs: 20_000, whileDown: [] });
      return JSON.stringify(recipients);
    },
    symptom: /552 5\.2\.2 .*Quota exceeded/,
  },
};

describe.skipIf(engine === undefined)(`effects on real programs${obstacle === undefined ? "" : ` (${obstacle})`}`, () => {
  let range: Range;
  beforeAll(async () => {
    if (engine !== undefined) range = await engine.up(await smallOffice(engine));
  });
  afterAll(() => range?.down());

  it.each(Object.entries(cases))("%s: its symptom comes with it and goes with it", async (_, { effect, look, symptom }) => {
    expect(await look(range)).not.toMatch(symptom);
    const applied = await range.apply(effect);
    expect(await look(range)).toMatch(symptom);
    expect(await applied.revert()).toBeUndefined();
    expect(await look(range)).not.toMatch(symptom);
  });

  it("changes a zone that its server has read this very moment", async () => {
    const { effect, look, symptom } = cases.record as Case;
    await range.run("ns1", "touch /etc/bind/db.meadow.example && rndc reload meadow.example");
    const applied = await range.apply(effect);
    expect(await look(range)).toMatch(symptom);
    await applied.revert();
    expect(await look(range)).not.toMatch(symptom);
  });

  it("cannot move time, and says so", async () => {
    await expect(range.apply({ effect: "time", advanceMs: 1 })).rejects.toMatchObject({ problems: [{ code: "time-is-real" }] });
  });

  it("keeps senders and content as they are on a slow line", async () => {
    const applied = await range.apply({ effect: "link", network: "internet", latencyMs: 60 });
    const mail = { from: "dana@brook.example", to: ["alice@meadow.example"], subject: "Plans", text: "x", sizeBytes: 300_000 };
    const { recipients } = await range.ask({ ask: "send", from: "sender", mail, withinMs: 60_000, whileDown: [] });
    expect(recipients).toMatchObject([{ fate: "delivered", copies: 1 }]);
    const lines = (recipients[0]?.lines ?? []).map(({ text }) => text);
    expect(lines.join("\n")).toContain(`[${address(range, "sender")}]`);
    await applied.revert();
  });
});

describe.skipIf(engine === undefined)("effects that a world holds when it starts", () => {
  const compiled = ["record", "a frozen daemon", "a filter that drops", "a full disk", "a slow line"];

  it(`are as those that come later: ${compiled.join(", ")}`, async () => {
    if (engine === undefined) return;
    const chosen = compiled.map((name) => cases[name] as Case);
    const world = chosen.reduce((each, { effect }) => compileEffect(each, effect), await smallOffice(engine));
    const range = await engine.up(world);
    try {
      for (const { look, symptom } of chosen) expect(await look(range)).toMatch(symptom);
    } finally {
      await range.down();
    }
  });
});
