import { describe, expect, it } from "vitest";
import { arrived } from "../../src/checks/arrived.ts";
import { bounced } from "../../src/checks/bounced.ts";
import type { Check, JudgeContext } from "../../src/checks/check.ts";
import { delivered } from "../../src/checks/delivered.ts";
import { filtered } from "../../src/checks/filtered.ts";
import { kept } from "../../src/checks/kept.ts";
import { levelsKept } from "../../src/checks/levels-kept.ts";
import { once } from "../../src/checks/once.ts";
import { refused } from "../../src/checks/refused.ts";
import { resolves } from "../../src/checks/resolves.ts";
import { oldMail } from "../../src/daemons/dovecot/maildir.ts";
import type { Answer, DialogueAnswer, MailboxAnswer, RecipientFate, ResolveAnswer, SendAnswer } from "../../src/world/question.ts";
import type { Trace } from "../../src/world/trace.ts";
import type { World } from "../../src/world/world.ts";

const world: World = { name: "w", seed: 0, pace: "lapse", startsAtMs: 0, networks: [], organisations: [], hosts: [], people: [] };
const silence: Trace = { messages: [], rejects: [], unread: { lines: 0, samples: [] } };

/** The verdict on these answers, and that the check asks as many questions as it is given answers. */
function judge<P>(check: Check<P>, given: unknown, answers: readonly Answer[], trace = silence): string {
  const params = check.params.parse(given);
  expect(check.needs(params, world)).toHaveLength(answers.length);
  const context: JudgeContext = { world, trace };
  const { status, says } = check.judge(params, answers, context);
  expect(says).toMatch(/\S/);
  return `${status}: ${says}`;
}

const mail = { from: "sender", message: { from: "dana@brook.example", to: ["alice@meadow.example"], subject: "Plans", text: "Hello" } };

describe("delivered", () => {
  const sent = (fate: Partial<RecipientFate>): SendAnswer => ({
    ask: "send",
    messageId: "<1@brook.example>",
    recipients: [{ address: "alice@meadow.example", fate: "delivered", path: ["sender", "mx1", "mailbox"], copies: 1, lines: [], ...fate }],
  });

  it.each<[string, Partial<RecipientFate>, Record<string, unknown>, string]>([
    ["arrived by any way", {}, {}, "pass"],
    ["arrived by the named way", {}, { via: ["mx1"] }, "pass"],
    ["arrived by another way", {}, { via: ["mx2"] }, "fail: Mail to alice@meadow.example went sender > mx1 > mailbox, not by way of mx2."],
    ["hosts in the wrong order", {}, { via: ["mailbox", "mx1"] }, "fail"],
    ["passed a forbidden host", {}, { notVia: ["mx1"] }, "fail"],
    ["arrived twice", { copies: 2 }, {}, "fail: Mail to alice@meadow.example arrived 2 times."],
    [
      "came back",
      { fate: "bounced", copies: 0, reply: "message size 4 exceeds size limit 2" },
      {},
      "fail: Mail to alice@meadow.example came back: message size",
    ],
    ["still waits", { fate: "waiting", copies: 0 }, {}, "fail"],
    [
      "waits at the backup while the primary is down",
      { fate: "waiting", copies: 0, path: ["sender", "mx2"] },
      { whileDown: ["mx1"], via: ["mx2"] },
      "pass",
    ],
    [
      "waits at home while the primary is down",
      { fate: "waiting", copies: 0, path: ["sender"] },
      { whileDown: ["mx1"], via: ["mx2"] },
      "fail",
    ],
    ["vanished", { fate: "vanished", copies: 0 }, {}, "fail"],
  ])("%s", (_, fate, rest, verdict) => {
    expect(judge(delivered, { mail, ...rest }, [sent(fate)])).toContain(verdict);
  });

  it("comes back as it should", () => {
    const params = { mail, saying: "exceeds size limit" };
    expect(judge(bounced, params, [sent({ fate: "bounced", copies: 0, reply: "message size 4 exceeds size limit 2" })])).toContain("pass");
    expect(judge(bounced, params, [sent({ fate: "bounced", copies: 0, reply: "User unknown" })])).toContain("fail");
    expect(judge(bounced, params, [sent({})])).toContain("fail");
    const waits = sent({ fate: "waiting", copies: 0, reply: "message size 4 exceeds size limit 2" });
    expect(judge(bounced, params, [waits])).toContain("fail");
    expect(judge(bounced, { ...params, orDeferred: true }, [waits])).toContain("pass");
    const other = sent({ fate: "waiting", copies: 0, reply: "Connection timed out" });
    expect(judge(bounced, { ...params, orDeferred: true }, [other])).toContain("is turned away for another reason: Connection timed out");
    expect(judge(bounced, { ...params, orDeferred: true }, [sent({})])).toContain("fail");
  });
});

describe("kept", () => {
  const host = { key: "mailbox", name: "mailbox.meadow.example", owner: "org", duties: [], interfaces: [], nameservers: [], daemons: [] };
  const contents = [
    { user: "alice", fillBytes: 2_500_000 },
    { user: "alice", folder: "Trash", fillBytes: 1_200_000 },
    { user: "bob", fillBytes: 9_000_000 },
  ];
  const furnished: World = { ...world, hosts: [{ ...host, files: {}, firewall: [], disks: [], mailboxes: contents }] };
  const address = "alice@meadow.example";
  const old = oldMail({ fillBytes: 2_500_000, address, hostName: host.name, beforeMs: 0 }).map(
    ({ content }) => /Message-ID: (.*)/.exec(content)?.[1] ?? "",
  );
  const message = (messageId: string, folder = "INBOX") => ({ messageId, folder, from: "", subject: "", sizeBytes: 1, via: [] });
  const verdict = (messages: MailboxAnswer["messages"]): string => {
    const params = kept.params.parse({ address, mailboxHost: "mailbox" });
    return kept.judge(params, [{ ask: "mailbox", messages }], { world: furnished, trace: silence }).status;
  };

  it("passes while every old message is somewhere but in the waste-basket", () => {
    expect(old).toHaveLength(3);
    expect(verdict(old.map((id) => message(id)))).toBe("pass");
    expect(verdict(old.map((id) => message(id, "Archive")))).toBe("pass");
  });

  it("fails when one of them is gone or thrown away, whatever else came", () => {
    expect(verdict([...old.slice(1).map((id) => message(id)), message("<new@x>")])).toBe("fail");
    expect(verdict(old.map((id, index) => message(id, index === 0 ? "Trash" : "INBOX")))).toBe("fail");
    expect(verdict([])).toBe("fail");
  });
});

describe("refused", () => {
  const probe = {
    from: "bystander",
    to: "mx1",
    helo: "x",
    sender: "a@thicket.example",
    recipient: "b@brook.example",
    codes: ["454 4.7.1", "554 5.7.1"],
    saying: "Relay access denied",
  };
  const replied = (reply: string): DialogueAnswer => ({
    ask: "dialogue",
    steps: [
      { reply: "220 mx1" },
      { sent: "EHLO x", reply: "250 mx1" },
      { sent: "MAIL FROM:<a@thicket.example>", reply: "250 2.1.0 Ok" },
      { sent: "RCPT TO:<b@brook.example>", reply },
    ],
  });

  it.each([
    ["454 4.7.1 <b@brook.example>: Relay access denied", "pass"],
    ["554 5.7.1 <b@brook.example>: Relay access denied", "pass"],
    ["250 2.1.5 Ok", "fail: mx1 takes mail for b@brook.example"],
    ["451 4.3.0 <b@brook.example>: Temporary lookup failure", "fail: mx1 refuses b@brook.example, but for another reason"],
    ["554 5.7.1 <b@brook.example>: Recipient address rejected: Access denied", "fail"],
  ])("%s", (reply, verdict) => {
    expect(judge(refused, probe, [replied(reply)])).toContain(verdict);
  });

  it("a server that is down refuses nothing", () => {
    expect(judge(refused, probe, [{ ask: "dialogue", failure: "Connection refused", steps: [] }])).toContain("fail");
  });
});

describe("filtered", () => {
  const probe = {
    from: "sender",
    to: "mx1",
    helo: "x",
    sender: "a@b.example",
    recipient: "c@d.example",
    message: ["Subject: x", "", "XJS*C4JDBQADN1"],
  };
  const held = (end: string): DialogueAnswer => ({
    ask: "dialogue",
    steps: [
      { reply: "220 mx1" },
      { sent: "DATA", reply: "354 End data" },
      { sent: ".", reply: end },
      { sent: "QUIT", reply: "221 2.0.0 Bye" },
    ],
  });

  it("wants a 5xx after the message, nothing less", () => {
    expect(judge(filtered, probe, [held("554 5.7.1 Gtube pattern")])).toContain("pass");
    expect(judge(filtered, probe, [held("250 2.0.0 Ok: queued as 1")])).toContain("fail: mx1 let it pass");
    expect(judge(filtered, probe, [held("451 4.7.1 Service unavailable")])).toContain("fail");
    expect(
      judge(filtered, probe, [
        { ask: "dialogue", steps: [{ reply: "220" }, { sent: "RCPT", reply: "550 5.1.1" }, { sent: "QUIT", reply: "221" }] },
      ]),
    ).toContain("did not come to DATA");
  });
});

describe("once", () => {
  const params = { mails: [{ messageId: "<1@x>", to: "alice@meadow.example", mailboxHost: "mailbox" }] };
  const box = (copies: number): MailboxAnswer => ({
    ask: "mailbox",
    messages: Array.from({ length: copies }, () => ({ messageId: "<1@x>", from: "", subject: "", folder: "INBOX", sizeBytes: 1, via: [] })),
  });
  const traced = (status: string, left: boolean): Trace => ({
    ...silence,
    messages: [
      {
        messageId: "<1@x>",
        from: "d@b",
        hops: [{ host: "mx1", queueId: "A", client: "local", arrivedAtMs: 0, ...(left ? { leftAtMs: 1 } : {}) }],
        deliveries: [
          { host: "mx1", queueId: "A", recipient: "alice@meadow.example", status, dsn: "", relay: "", reply: "", atMs: 0, delays: "" },
        ],
      },
    ],
  });

  it.each<[number, Trace, string]>([
    [1, traced("sent", true), "pass"],
    [2, traced("sent", true), "fail: A mail to alice@meadow.example arrived 2 times."],
    [0, traced("bounced", true), "pass"],
    [0, traced("deferred", false), "pending"],
    [0, traced("sent", true), "fail: A mail to alice@meadow.example was accepted and is lost."],
  ])("%i copies", (copies, trace, verdict) => {
    expect(judge(once, params, [box(copies)], trace)).toContain(verdict);
  });

  it("believes the queue when the log says nothing of a message's end", () => {
    const bare = {
      name: "mx1",
      owner: "org",
      duties: [],
      interfaces: [],
      nameservers: [],
      files: {},
      firewall: [],
      disks: [],
      mailboxes: [],
    };
    const office: World = { ...world, hosts: [{ key: "mx1", daemons: [{ kind: "postfix", state: "running" }], ...bare }] };
    const verdict = (queueIds: readonly string[]): string => {
      const entries = queueIds.map((queueId) => ({ queueId, queue: "deferred" as const, from: "d@b", recipients: [] }));
      const answers: readonly Answer[] = [box(0), { ask: "queue", entries }];
      expect(once.needs(params, office)).toHaveLength(answers.length);
      return once.judge(params, answers, { world: office, trace: traced("deferred", false) }).status;
    };
    expect(verdict(["B", "A"])).toBe("pending");
    expect(verdict(["B"])).toBe("fail");
  });
});

describe("arrived", () => {
  const params = { to: "alice@meadow.example", mailboxHost: "mailbox", entered: "mx1", client: "203.0.113.21" };
  const box: MailboxAnswer = {
    ask: "mailbox",
    messages: [{ messageId: "<1@x>", from: "", subject: "Hi", folder: "INBOX", sizeBytes: 1, via: [] }],
  };
  const from = (client: string, host = "mx1"): Trace => ({
    ...silence,
    messages: [{ messageId: "<1@x>", from: "d@b", hops: [{ host, queueId: "A", client, arrivedAtMs: 0 }], deliveries: [] }],
  });

  it("wants the message in the mailbox and the client it came from", () => {
    expect(judge(arrived, params, [box], from("desk[203.0.113.21]"))).toContain("pass");
    expect(judge(arrived, params, [box], from("mail.brook.example[203.0.113.10]"))).toContain("fail");
    expect(judge(arrived, params, [box], from("desk[203.0.113.21]", "mx2"))).toContain("fail");
    expect(judge(arrived, params, [{ ask: "mailbox", messages: [] }], from("desk[203.0.113.21]"))).toContain("fail");
  });
});

describe("resolves", () => {
  const params = { from: "sender", name: "meadow.example", type: "MX", contains: ["10 mx1.meadow.example."] };
  const found = (...data: string[]): ResolveAnswer => ({
    ask: "resolve",
    status: "NOERROR",
    authoritative: false,
    records: data.map((text) => ({ name: "meadow.example.", type: "MX", ttlSeconds: 60, data: text })),
  });

  it("wants every record asked for", () => {
    expect(judge(resolves, params, [found("20 mx2.meadow.example.", "10 mx1.meadow.example.")])).toContain("pass");
    expect(judge(resolves, params, [found("20 mx1.meadow.example.")])).toContain("fail");
    expect(judge(resolves, params, [{ ask: "resolve", status: "SERVFAIL", authoritative: false, records: [] }])).toContain("fail");
  });
});

describe("levels-kept", () => {
  const params = {
    from: "desk",
    domains: [{ name: "meadow.example", dmarc: "v=DMARC1; p=quarantine", spf: "v=spf1 mx -all" }],
    parameters: [{ host: "mx1", name: "smtpd_tls_security_level", value: "may" }],
  };
  const txt = (...data: string[]): ResolveAnswer => ({
    ask: "resolve",
    status: "NOERROR",
    authoritative: false,
    records: data.map((text) => ({ name: "", type: "TXT", ttlSeconds: 60, data: `"${text}"` })),
  });
  const answers = (dmarc: string, spf: string, mainCf: string): Answer[] => [txt(dmarc), txt(spf), { ask: "file", text: mainCf }];

  it.each([
    ["v=DMARC1; p=quarantine", "v=spf1 mx -all", "smtpd_tls_security_level = may\n", "pass"],
    ["v=DMARC1; p=reject", "v=spf1 mx -all", "# x\nsmtpd_tls_security_level =\n  may\n", "pass"],
    ["v=DMARC1; p=none", "v=spf1 mx -all", "smtpd_tls_security_level=may\n", "fail: DMARC of meadow.example is weaker"],
    ["v=DMARC1; p=quarantine", "v=spf1 mx ~all", "smtpd_tls_security_level=may\n", "fail: SPF of meadow.example is weaker"],
    [
      "v=DMARC1; p=quarantine",
      "v=spf1 mx -all",
      "smtpd_tls_security_level=none\n",
      "fail: smtpd_tls_security_level on mx1 was may and is none.",
    ],
    [
      "v=DMARC1; p=quarantine",
      "v=spf1 mx -all",
      "#smtpd_tls_security_level=may\n",
      "fail: smtpd_tls_security_level on mx1 was may and is not set.",
    ],
  ])("%s %s %j", (dmarc, spf, mainCf, verdict) => {
    expect(judge(levelsKept, params, answers(dmarc, spf, mainCf))).toContain(verdict);
  });
});
