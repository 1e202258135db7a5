import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { ProblemError } from "../../src/base/problem.ts";
import { dialects } from "../../src/daemons/registry.ts";
import { openEmbeddedEngine } from "../../src/engines/embedded/standard.ts";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { loadLibrary, readScenarioFiles } from "../../src/scenario/load-library.ts";
import { type Stage, setStage } from "../../src/scenario/stage.ts";
import type { JournalEvent } from "../../src/session/journal/entry.ts";
import { openJournal } from "../../src/session/journal/journal.ts";
import { learnerMachine } from "../../src/session/learner-machine.ts";
import { type RunSession, startLearnerSession } from "../../src/session/learner-session.ts";
import { createSessionLog } from "../../src/session/session-log.ts";
import { root } from "../laws/source-tree.ts";

const folder = mkdtempSync(join(tmpdir(), "maildrill-standing-"));
const journal = openJournal(join(folder, "journal.db"));
const library = loadLibrary(readScenarioFiles(root), catalogue);

afterAll(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

/** What a session did to a range that can outlive it: an engine's, as far as a session sees it. */
interface Seen {
  readonly session: RunSession;
  readonly deeds: string[];
  readonly events: () => string[];
}

interface Wish {
  readonly codename: string;
  readonly seed?: number;
  /** What the journal holds. */
  readonly past: readonly JournalEvent[];
  readonly stands: boolean;
  /** Comes between the session and its range. */
  readonly through?: (range: Stage["range"]) => Stage["range"];
}

async function start({ codename, seed = 0, past, stands, through = (range) => range }: Wish): Promise<Seen> {
  const scenario = library.scenarios.find(({ text }) => text.codename === codename);
  if (scenario === undefined) throw new Error(`the scenario ${codename} of these tests is gone`);
  const id = journal.open("ann");
  const events: JournalEvent[] = [{ type: "started", codename, seed, engine: "docker", asksForDiagnosis: true, pid: 1 }, ...past];
  journal.append(
    id,
    events.map((event) => ({ wallMs: 0, rangeMs: 0, actor: "learner", event })),
  );
  const record = journal.sessions().find((each) => each.id === id);
  const log = createSessionLog({
    journal,
    id,
    machine: learnerMachine(true),
    past: record?.entries ?? [],
    wall: systemClock,
    rangeNow: () => 0,
    onTrouble: ({ message }) => {
      throw new Error(message);
    },
  });
  const deeds: string[] = [];
  const build = async (what: string): Promise<Stage> => {
    deeds.push(what);
    const { range, compiled } = await setStage(scenario, openEmbeddedEngine(), catalogue, { seed });
    return {
      compiled,
      range: through({
        ...range,
        keepFor: async () => void deeds.push("kept"),
        leave: async () => {
          deeds.push("left");
          await range.down();
        },
        down: async () => {
          deeds.push("down");
          await range.down();
        },
      }),
    };
  };
  const session = await startLearnerSession({
    log,
    canReplay: false,
    dialects,
    pid: 2,
    wayOut: "",
    build: () => build("built"),
    standing: { takeUp: async () => (stands ? build("taken up") : undefined), remove: async () => void deeds.push("removed") },
    onStage: () => {},
    bringBack: async () => {},
  });
  return {
    session,
    deeds,
    events: () =>
      log
        .entries()
        .slice(events.length)
        .map(({ event }) => event.type),
  };
}

const begin: JournalEvent = { type: "begin" };
const hint: JournalEvent = { type: "hint", index: 0 };

describe("a session whose range may stand", () => {
  it("takes it up as it is, and leaves it standing", async () => {
    const { session, deeds, events } = await start({ codename: "side-door", past: [begin, hint], stands: true });
    expect(events()).toEqual(["resumed", "rebuilt"]);
    expect(await session.leave()).toBe(true);
    expect(deeds).toEqual(["taken up", "left"]);
  }, 60_000);

  it("begins again where it is gone, and clears away what is left of it", async () => {
    const { session, deeds, events } = await start({ codename: "side-door", past: [begin, hint], stands: false });
    expect(events()).toEqual(["resumed", "reset", "rebuilt"]);
    await session.reset();
    session.giveUp();
    expect(await session.leave()).toBe(false);
    expect(deeds).toEqual(["removed", "built", "kept", "down", "removed", "built", "kept", "down"]);
  }, 60_000);

  it("keeps nothing in which nothing was done", async () => {
    const { session, deeds } = await start({ codename: "side-door", past: [], stands: false });
    expect(await session.leave()).toBe(false);
    expect(deeds).toEqual(["removed", "built", "kept", "down"]);
  }, 60_000);

  it("lets go of it when the engine fails, and looks for it again", async () => {
    let fails = true;
    const through = (range: Stage["range"]): Stage["range"] => ({
      ...range,
      ask: (question) =>
        fails ? Promise.reject(new ProblemError({ code: "engine-gone", message: "The engine went away." })) : range.ask(question),
    });
    const { session, deeds } = await start({ codename: "side-door", past: [begin, hint], stands: true, through });
    await expect(session.check()).rejects.toThrow("went away");
    fails = false;
    await session.rebuild();
    expect(deeds).toEqual(["taken up", "left", "taken up"]);
    expect((await session.check()).solved).toBe(false);
    await session.leave();
  }, 60_000);

  it("lets other people finish what they had promised when the process ended, once", async () => {
    const says = "Thank you.";
    const promised: JournalEvent = { type: "escalated", party: "internet", status: "taken", says };
    const address = "203.0.113.19";
    const nameOf = async ({ session }: Seen): Promise<string> => {
      const { range } = session.stage();
      await range.time.advance(120_000);
      const { stdout } = await range.run("desk", `dig +short -x ${address}`);
      await session.leave();
      return stdout;
    };
    const seed = await seedOfTheirs();
    const wish = { codename: "silent-partner", seed, stands: true };
    const unfinished = await start({ ...wish, past: [begin, promised] });
    expect(unfinished.events()).toEqual(["resumed", "carried-out", "rebuilt"]);
    expect(await nameOf(unfinished)).toMatch(/^mx1\./);
    const finished = await start({ ...wish, past: [begin, promised, { type: "carried-out", party: "internet" }] });
    expect(finished.events()).toEqual(["resumed", "rebuilt"]);
    // The range of this test does not remember what was done to it: nobody does it a second time.
    expect(await nameOf(finished)).toBe("");
  }, 60_000);

  /** In this variant the zone is the provider's. */
  async function seedOfTheirs(): Promise<number> {
    for (let seed = 0; ; seed++) {
      const { session } = await start({ codename: "silent-partner", seed, past: [], stands: false });
      const theirs = session.compiled().parties.some(({ key, fix }) => key === "internet" && fix !== undefined);
      await session.leave();
      if (theirs) return seed;
    }
  }
});
