import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { ProblemError } from "../../src/base/problem.ts";
import { dialects } from "../../src/daemons/registry.ts";
import { openEmbeddedEngine } from "../../src/engines/embedded/standard.ts";
import { bareWorld } from "../../src/scenario/bare-world.ts";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { loadLibrary, readScenarioFiles } from "../../src/scenario/load-library.ts";
import { type Stage, setStage } from "../../src/scenario/stage.ts";
import type { JournalEvent } from "../../src/session/journal/entry.ts";
import { openJournal } from "../../src/session/journal/journal.ts";
import { isOpen, progressOf } from "../../src/session/journal/progress.ts";
import { type KeptRange, keepRange } from "../../src/session/keep-range.ts";
import { learnerMachine } from "../../src/session/learner-machine.ts";
import { startLearnerSession } from "../../src/session/learner-session.ts";
import { askRange, openShell } from "../../src/session/range-client.ts";
import type { Request, ResponseOf } from "../../src/session/range-protocol.ts";
import { createSessionLog } from "../../src/session/session-log.ts";
import { root } from "../laws/source-tree.ts";

const folder = mkdtempSync(join(tmpdir(), "maildrill-kept-"));
const journal = openJournal(join(folder, "journal.db"));
const library = loadLibrary(readScenarioFiles(root), catalogue);

afterAll(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

const kept: KeptRange[] = [];
afterEach(async () => {
  for (const range of kept.splice(0)) {
    await range.down();
    await range.ended;
  }
});

/** What another process has of a range: its socket, and nothing else. */
interface Client {
  readonly name: string;
  ask<R extends Request>(asked: R): Promise<ResponseOf[R["verb"]]>;
  run(host: string, line: string, actor?: string): Promise<string>;
  pin(host: string, line: string, actor?: string): Promise<ResponseOf["pin"]>;
  diagnose(place: string, cause: string): Promise<ResponseOf["diagnose"]>;
  /** The learner's journal, read as a third process would. */
  events(): { readonly actor: string; readonly event: JournalEvent }[];
}

function clientOf(range: KeptRange, session = ""): Client {
  kept.push(range);
  const { range: name } = range.description;
  const ask: Client["ask"] = (asked) => askRange(folder, name, asked);
  return {
    name,
    ask,
    run: async (host, line, actor = "learner") => (await ask({ verb: "run", host, line, stdin: "", actor })).stdout,
    pin: (host, line, actor = "learner") => ask({ verb: "pin", host, line, actor }),
    diagnose: (place, cause) => ask({ verb: "diagnose", place, cause, actor: "learner" }),
    events: () => journal.sessions().find(({ id }) => id === session)?.entries ?? [],
  };
}

/** As `maildrill up <codename>` does it. @param through comes between the session and each range that it gets */
async function play(codename: string, seed = 0, through: (range: Stage["range"]) => Stage["range"] = (range) => range): Promise<Client> {
  const scenario = library.scenarios.find(({ text }) => text.codename === codename);
  if (scenario === undefined) throw new Error(`the scenario ${codename} of these tests is gone`);
  let stage: Stage | null = null;
  const id = journal.open("ann");
  const asksForDiagnosis = scenario.text.diagnosis !== undefined;
  const log = createSessionLog({
    journal,
    id,
    machine: learnerMachine(asksForDiagnosis),
    past: [],
    wall: systemClock,
    rangeNow: () => stage?.range.time.now() ?? null,
    onTrouble: ({ message }) => {
      throw new Error(message);
    },
  });
  log.record({ type: "started", codename, seed, engine: "embedded", asksForDiagnosis, pid: 1, kept: true });
  const session = await startLearnerSession({
    log,
    canReplay: false,
    dialects,
    pid: 1,
    wayOut: "",
    build: async () => {
      const { compiled, range } = await setStage(scenario, openEmbeddedEngine(), catalogue, { seed });
      return { compiled, range: through(range) };
    },
    onStage: (now) => {
      stage = now;
    },
    bringBack: async () => {},
  });
  await session.begin();
  const options = { of: codename, stage: session.stage(), folder, dialects, wall: systemClock, pid: 1 };
  return clientOf(await keepRange(session.stage().range, { ...options, played: { session, entries: log.entries } }), id);
}

/** As `maildrill up small-office` does it. */
async function office(): Promise<Client> {
  const engine = openEmbeddedEngine();
  const range = await engine.up(await bareWorld("small-office", library.worlds, engine, catalogue, { seed: 0 }));
  return clientOf(await keepRange(range, { of: "small-office", folder, dialects, wall: systemClock, pid: 1 }));
}

const check = { verb: "check", actor: "learner" } as const;
const hint = { verb: "hint", actor: "learner" } as const;
const reply = { verb: "reply", text: "Two numbers were exchanged.", actor: "learner" } as const;
const dig = "dig +short mx meadow.example @198.51.100.8";
const grep = "grep 'lost connection' /var/log/mail.log";
const rightOrder = "sed -i -e '/MX/s/20 mx1/5 mx1/' -e '/serial/s/[0-9][0-9]*/2026113001/' /etc/bind/db.meadow.example && rndc reload";

describe("a scenario in a range that is kept", () => {
  it("is played to its end through the socket, and the journal tells of it", async () => {
    const client = await play("side-door");
    expect(await client.diagnose("ns1", "mx1-down")).toMatchObject({
      status: "wrong-cause",
      says: expect.stringContaining("answers on port 25"),
    });
    expect((await client.pin("desk", "echo '10 mx2.meadow.example. 20 mx1.meadow.example.'")).pinned?.doubt).toContain("echo");
    expect(await client.diagnose("ns1", "mx-wrong-order")).toMatchObject({ status: "unproved" });
    expect((await client.pin("desk", dig)).pinned).toMatchObject({ on: "desk", command: dig, text: expect.stringContaining("10 mx2") });
    // The same once more is no second piece.
    await client.pin("desk", dig);
    expect((await client.ask({ verb: "view" })).pins).toHaveLength(2);
    // The hint that asks for what was just pinned is passed over.
    expect((await client.ask(hint)).hint).toContain("names the server");
    expect((await client.ask(hint)).hint).toContain("/etc/postfix/transport");
    expect((await client.pin("mx2", grep)).pinned?.proofs.map(({ kind }) => kind)).toContain("line");
    expect(await client.diagnose("ns1", "mx-wrong-order")).toMatchObject({ status: "right" });
    expect(await client.ask(check)).toMatchObject({ solved: false });
    await expect(client.ask(reply)).rejects.toThrow("a reply is for the end");
    await client.run("ns1", rightOrder);
    await client.run("desk", "sleep 120");
    expect(await client.ask(check)).toMatchObject({ solved: true });
    const closed = await client.ask(reply);
    expect(closed.debrief).toContain("preference");
    expect(closed.path.map(({ text }) => text)).toContain(`ns1# ${rightOrder}`);
    expect(closed.score).toMatchObject({ diagnosis: { claims: 3, wrong: 2 }, repair: { solved: true, checks: 2 }, hints: 2 });
    // What has come to its end takes nothing more, and can still be asked how it stands.
    await expect(client.ask(hint)).rejects.toThrow("come to its end");
    await expect(client.pin("desk", dig)).rejects.toThrow("come to its end");
    expect(await client.ask(check)).toMatchObject({ solved: true });
    const [attempt] = progressOf(journal.sessions("ann"))[0]?.scenarios[0]?.attempts ?? [];
    expect(attempt?.outcome).toBe("solved");
  }, 120_000);

  it("sends nothing that gives the answer away", async () => {
    const client = await play("side-door");
    await client.ask(hint);
    const view = await client.ask({ verb: "view" });
    expect(view).toMatchObject({ state: "investigating", codename: "side-door", hints: [expect.any(String)] });
    const { causes, ...rest } = view;
    expect(causes.length).toBeGreaterThan(2);
    expect(JSON.stringify(rest)).not.toContain("mx-wrong-order");
  }, 60_000);

  it("counts answers, and says who did what", async () => {
    const client = await play("by-hand");
    const { objectives } = await client.ask({ verb: "view" });
    const [question] = objectives.filter((objective) => objective.question !== undefined);
    const answer = (text: string) => client.ask({ verb: "answer", objective: question?.id ?? "", text, actor: "learner" });
    const judged = async () => (await client.ask(check)).items.find(({ id }) => id === question?.id);
    expect((await judged())?.status).toBe("pending");
    await answer("nonsense");
    expect(await judged()).toMatchObject({ status: "fail" });
    await expect(client.ask({ verb: "answer", objective: "no-such-goal", text: "x", actor: "learner" })).rejects.toThrow(
      "no question called",
    );
    await client.run("sender", "hostname", "instructor");
    await expect(client.run("sender", "hostname")).rejects.toThrow("it is not yours");
    await expect(client.pin("sender", "hostname")).rejects.toThrow("it is not yours");
    const ran = client.events().filter(({ event }) => event.type === "ran");
    expect(ran).toMatchObject([{ actor: "instructor", event: { host: "sender", line: "hostname" } }]);
  }, 60_000);

  it("writes down what is typed at a shell of it", async () => {
    const client = await play("side-door");
    const shell = await openShell(folder, client.name, { host: "mx1", size: { columns: 80, rows: 24 }, actor: "learner" });
    shell.write("mailq\r");
    shell.write("exit\r");
    await shell.ended;
    const typed = client.events().flatMap(({ event }) => (event.type === "typed" ? [event] : []));
    expect(typed.map(({ host, input }) => `${host} ${input}`)).toEqual(["mx1 mailq\r", "mx1 exit\r"]);
  }, 60_000);

  it("ends with its range: it is left in order, and nobody is asked to go on with it", async () => {
    const client = await play("side-door");
    await client.run("desk", dig);
    expect(await client.ask({ verb: "down" })).toEqual({ stopped: true, leaves: true });
    expect(client.events().at(-1)?.event).toEqual({ type: "left" });
    const [record] = journal.sessions().slice(-1);
    expect(record !== undefined && isOpen(record)).toBe(false);
  }, 60_000);
});

describe("a range that is kept, begun again", () => {
  it("is as it was: what was done to it is gone, what was found stays, and the session goes on in it", async () => {
    const client = await play("side-door");
    await client.pin("desk", dig);
    await client.run("ns1", rightOrder);
    await client.ask({ verb: "inject", fault: "mailbox-over-quota", params: { host: "mailbox", user: "alice" }, actor: "instructor" });
    const shell = await openShell(folder, client.name, { host: "mx1", size: { columns: 80, rows: 24 }, actor: "learner" });
    expect(await client.ask({ verb: "reset", actor: "instructor" })).toMatchObject({ range: client.name, of: "side-door" });
    await expect(shell.ended).resolves.toBe("reset");
    expect(client.events().find(({ event }) => event.type === "reset")?.actor).toBe("instructor");
    expect(await client.run("desk", dig)).toContain("10 mx2");
    expect(await client.ask({ verb: "injected", actor: "instructor" })).toEqual({ inForce: [] });
    expect(await client.ask({ verb: "view" })).toMatchObject({ state: "investigating", pins: [{ command: dig }] });
    await client.run("ns1", rightOrder);
    await client.run("desk", "sleep 120");
    expect(await client.ask(check)).toMatchObject({ solved: true });
  }, 120_000);

  it("is given up: shows how it was, stands on, and takes nothing more", async () => {
    const client = await play("side-door");
    const giveUp = { verb: "give-up", actor: "learner" } as const;
    expect(await client.ask(giveUp)).toMatchObject({ debrief: expect.stringContaining("preference"), score: { gaveUp: true } });
    expect(await client.ask(check)).toMatchObject({ solved: false });
    await expect(client.ask(giveUp)).rejects.toThrow("come to its end");
    await expect(client.ask({ verb: "reset", actor: "learner" })).rejects.toThrow("nothing to begin again");
    expect(await client.ask({ verb: "down" })).toEqual({ stopped: true, leaves: false });
  }, 60_000);

  it("is no thing for a world in which nobody plays", async () => {
    const client = await office();
    await expect(client.ask({ verb: "reset", actor: "instructor" })).rejects.toThrow("No scenario plays in");
    await expect(client.ask({ verb: "give-up", actor: "learner" })).rejects.toThrow("No scenario plays in");
  }, 60_000);

  it("comes back from an engine that failed: the session knew it, and kept what it had", async () => {
    let fails = false;
    const gone = new ProblemError({ code: "engine-gone", message: "The engine went away." });
    const client = await play("side-door", 0, (range) => ({
      ...range,
      run: (...asked) => (fails ? Promise.reject(gone) : range.run(...asked)),
    }));
    await client.pin("desk", dig);
    fails = true;
    await expect(client.run("desk", "mailq")).rejects.toThrow("The engine went away.");
    await expect(client.run("desk", "mailq")).rejects.toThrow("the engine lost it");
    expect(await client.ask({ verb: "view" })).toMatchObject({ state: "stranded", failure: "The engine went away.", pins: [{}] });
    expect(client.events().map(({ event }) => event.type)).toContain("engine-failed");
    fails = false;
    await client.ask({ verb: "reset", actor: "learner" });
    expect(await client.run("desk", dig)).toContain("10 mx2");
  }, 120_000);
});

describe("other people, in a range that is kept", () => {
  it("turn down what shows nothing, and mend what is theirs once they see it", async () => {
    const client = await theirs();
    const escalate = (party: string) => client.ask({ verb: "escalate", party, actor: "learner" });
    const { parties } = await client.ask({ verb: "view" });
    const provider = parties.find(({ key }) => key === "internet")?.name ?? "";
    expect(await escalate(provider)).toMatchObject({ status: "turned-down", says: expect.stringContaining("It works for us"), pins: 0 });
    await expect(escalate("nobody at all")).rejects.toThrow("no party called");
    const address = /\[(203\.0\.113\.\d+)\]/.exec((await client.pin("mx1", "postqueue -p")).pinned?.text ?? "")?.[1];
    expect(address).toBeDefined();
    expect(await escalate(provider)).toMatchObject({ status: "turned-down", pins: 1 });
    const own = (await client.run("mx1", "ip -4 -o addr show")).match(/203\.0\.113\.\d+/)?.[0] ?? "";
    await client.pin("desk", `dig -x ${own}`);
    const before = await client.run("desk", `dig +short -x ${own}`);
    expect(await escalate(provider)).toMatchObject({ status: "taken", says: expect.stringContaining("it took a minute"), pins: 2 });
    await client.run("desk", "sleep 120");
    expect([before, await client.run("desk", `dig +short -x ${own}`)]).toEqual(["", expect.stringMatching(/^mx1\./)]);
    await client.run("mx1", "postqueue -f; sleep 60");
    expect(await client.ask(check)).toMatchObject({ solved: true });
  }, 120_000);

  /** The variant in which the zone is the provider's. */
  async function theirs(): Promise<Client> {
    for (let seed = 0; ; seed++) {
      const client = await play("silent-partner", seed);
      const { parties } = await client.ask({ verb: "view" });
      // Only there is the whole block's reverse zone theirs.
      if (parties.some(({ key, runs }) => key === "internet" && runs.includes("their names"))) return client;
    }
  }
});

describe("a fault that is injected", () => {
  const inject = (client: Client, fault: string, params: Record<string, string>, actor = "instructor") =>
    client.ask({ verb: "inject", fault, params, actor });
  const mend = (client: Client, fault: string) => client.ask({ verb: "mend", fault, actor: "instructor" });
  /** Fills alice's mailbox; her quota is known to the range. */
  const full = { host: "mailbox", user: "alice" };

  /** Whether a mail from outside reaches alice: what her server says of it. */
  const send = async (client: Client): Promise<string> => {
    await client.run(
      "sender",
      "printf 'Subject: try\\n\\nHello.\\n' | sendmail -f dana@brook.example alice@meadow.example; sleep 30",
      "instructor",
    );
    return (await client.run("mailbox", "grep 'to=<alice@meadow.example>' /var/log/mail.log | tail -n 1", "instructor")).trim();
  };

  it("breaks a plain world and goes out again: mail fails, and flows", async () => {
    const client = await office();
    expect(await send(client)).toContain("status=sent");
    expect(await inject(client, "mailbox-over-quota", full)).toEqual({
      number: 1,
      fault: "mailbox-over-quota",
      params: { ...full, folder: "INBOX" },
    });
    expect(await send(client)).toMatch(/status=(bounced|deferred) .*Quota exceeded/);
    expect(await mend(client, "mailbox-over-quota")).toMatchObject({ left: [] });
    expect(await send(client)).toContain("status=sent");
  }, 120_000);

  it("may lie over another, and each goes out by itself; what somebody changed is left, and said", async () => {
    const client = await office();
    const mx = () => client.run("desk", "dig +short mx meadow.example @198.51.100.8");
    const ptr = () => client.run("desk", "dig +short ptr 19.16-31.113.0.203.in-addr.arpa @198.51.100.8");
    const [order, name] = [await mx(), await ptr()];
    expect(name).toMatch(/^mx1\./);
    await inject(client, "mx-wrong-order", { zone: "meadow.example", swap: "mx1,mx2" });
    await inject(client, "ptr-missing", { host: "mx1", zone: "16-31.113.0.203.in-addr.arpa" });
    expect([await mx(), await ptr()]).not.toEqual([order, name]);
    expect(await ptr()).toBe("");
    expect((await client.ask({ verb: "injected", actor: "instructor" })).inForce.map(({ fault }) => fault)).toEqual([
      "mx-wrong-order",
      "ptr-missing",
    ]);
    expect((await mend(client, "mx-wrong-order")).left).toEqual([]);
    expect([(await mx()).split("\n").sort(), await ptr()]).toEqual([order.split("\n").sort(), ""]);
    // Somebody puts another name there: that is theirs now.
    const zone = "/etc/bind/db.203.0.113.16-31";
    await client.run(
      "ns1",
      `printf '19\\tIN\\tPTR\\tother.meadow.example.\\n' >> ${zone} && sed -i '/serial/s/[0-9][0-9]*/2026119999/' ${zone} && rndc reload`,
    );
    const { left } = await mend(client, "ptr-missing");
    expect([left.map(({ code }) => code), await ptr()]).toEqual([[], expect.stringContaining("other.meadow.example.")]);
  }, 120_000);

  it("is worked out from the files as they are now, not as they were", async () => {
    const client = await office();
    await client.run(
      "ns1",
      "sed -i -e 's/MX\\t10 mx1/MX\\t7 mx1/' -e '/serial/s/[0-9][0-9]*/2026113001/' /etc/bind/db.meadow.example && rndc reload",
    );
    await inject(client, "mx-wrong-order", { zone: "meadow.example", swap: "mx1,mx2" });
    expect(await client.run("desk", "dig +short mx meadow.example @198.51.100.8")).toContain("7 mx2.");
    await client.run("ns1", "sed -i -e 's/7 mx2/9 mx2/' /etc/bind/db.meadow.example && rndc reload");
    const { left } = await mend(client, "mx-wrong-order");
    expect(left).toMatchObject([{ code: "changed-since", where: { host: "ns1", file: "/etc/bind/db.meadow.example" } }]);
    await expect(mend(client, "mx-wrong-order")).rejects.toThrow("no fault in force");
  }, 60_000);

  it.each([
    ["mx-wrong-ordr", {}, "Did you mean mx-wrong-order?"],
    ["mx-wrong-order", { zon: "meadow.example", swap: "mx1,mx2" }, "Did you mean zone?"],
    ["mx-wrong-order", { zone: "meadow.example" }, "has to be told its swap"],
    ["mx-wrong-order", { zone: "meadow.example", swap: "mx1" }, "swap=mx1"],
    ["mx-wrong-order", { zone: "meadow.exampl", swap: "mx1,mx2" }, "No name server of this world holds the zone"],
    ["mailbox-over-quota", { host: "mailbx", user: "alice" }, "Did you mean mailbox?"],
  ])(
    "%s %j is turned down with what helps, and changes nothing",
    async (fault, params, words) => {
      const client = await office();
      const before = await client.run("ns1", "cat /etc/bind/db.meadow.example");
      await expect(inject(client, fault, params as Record<string, string>)).rejects.toThrow(words);
      expect(await client.run("ns1", "cat /etc/bind/db.meadow.example")).toBe(before);
      expect((await client.ask({ verb: "injected", actor: "instructor" })).inForce).toEqual([]);
    },
    60_000,
  );

  it("is nothing a learner hears of by name", async () => {
    const client = await play("by-hand");
    await inject(client, "mailbox-over-quota", full);
    await expect(inject(client, "mailbox-over-quota", full)).rejects.toThrow("in force there already");
    await expect(inject(client, "mx-wrong-order", {}, "learner")).rejects.toThrow("Only who teaches");
    await expect(client.ask({ verb: "injected", actor: "learner" })).rejects.toThrow("Only who teaches");
    expect(JSON.stringify(await client.ask({ verb: "view" }))).not.toContain("over-quota");
    await mend(client, "mailbox-over-quota");
    const told = client.events().filter(({ actor }) => actor === "instructor");
    expect(told.map(({ event }) => event)).toEqual([
      { type: "injected", number: 1 },
      { type: "mended", number: 1, whole: true },
    ]);
    expect(JSON.stringify(client.events())).not.toContain("over-quota");
  }, 60_000);

  it("says in a plain world that nobody plays there", async () => {
    const client = await office();
    await expect(client.ask(hint)).rejects.toThrow("No scenario plays in small-office");
    await expect(client.ask(check)).rejects.toThrow("nothing to judge");
  }, 60_000);
});
