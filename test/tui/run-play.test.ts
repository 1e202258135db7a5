import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { ProblemError } from "../../src/base/problem.ts";
import type { JournalEvent } from "../../src/session/journal/entry.ts";
import type { LearnerTerminals } from "../../src/session/learner-terminals.ts";
import type { PlaySession } from "../../src/session/play-session.ts";
import type { SessionView } from "../../src/session/session-view.ts";
import { layoutOf } from "../../src/tui/play/model.ts";
import { runPlay } from "../../src/tui/play/run-play.ts";
import { createShells } from "../../src/tui/play/shells.ts";
import { openSurface, type Surface } from "../../src/tui/surface.ts";
import { virtualTerminal } from "./screen/terminal.ts";
import { compiled, verdicts, viewAfter } from "./views.ts";
import { key } from "./window.ts";

const size = { columns: 80, rows: 24 };
const scenario = await compiled("side-door");
const open: Surface[] = [];
afterEach(() => {
  for (const surface of open.splice(0)) surface.close();
});

/** A screen at work on a session that does what the test says. */
async function table(first: readonly JournalEvent[], acts: Partial<PlaySession> = {}) {
  let events = [...first];
  let listener = (): void => {};
  let type = (_: string): void => {};
  const called: string[] = [];
  const typed: string[] = [];
  const happen = (...more: JournalEvent[]): void => {
    events = [...events, ...more];
    listener();
  };
  const terminals: Partial<LearnerTerminals> = {
    host: () => "desk",
    atPrompt: () => true,
    resize: () => {},
    write: (input) => typed.push(input),
  };
  const record = (name: string) => async (): Promise<void> => void called.push(name);
  const session = {
    view: (): SessionView => viewAfter(scenario, events),
    terminals: () => terminals,
    now: () => 0,
    subscribe: (wanted: () => void) => {
      listener = wanted;
      return () => {};
    },
    begin: record("begin"),
    rebuild: record("rebuild"),
    reset: record("reset"),
    glance: record("glance"),
    giveUp: () => happen({ type: "give-up" }),
    ...acts,
  } as unknown as PlaySession;
  const terminal = virtualTerminal(size.columns, size.rows);
  const surface = openSurface({
    output: terminal,
    keyboard: {
      open: (onInput) => {
        type = onInput;
        return () => {};
      },
    },
    capabilities: { colour: true, unicode: true },
    clock: systemClock,
    signal: new AbortController().signal,
    foreground: { atEnd: () => () => {}, onStop: () => () => {}, stop: () => {} },
  });
  open.push(surface);
  const shells = createShells(layoutOf(size, false).shell);
  const played = runPlay(surface, { session, shells, engine: "embedded", clock: systemClock, entries: () => [], settleMs: 1 });
  const shows = (text: string | RegExp): Promise<void> =>
    vi.waitFor(async () => expect((await terminal.text()).join("\n")).toMatch(text), { timeout: 10_000, interval: 5 });
  await shows("F1/Ctrl-G");
  return { press: (keys: string) => type(keys), played, happen, shows, called, typed, shells };
}

const begun: JournalEvent[] = [{ type: "begin" }];
const failed: JournalEvent = { type: "engine-failed", message: "The engine does not answer." };

describe("a screen at work", () => {
  it("shows the ways out when the engine fails, whatever was in front", async () => {
    const { press, happen, shows, called, played } = await table(begun);
    press(key.f2);
    await shows("Ticket");
    happen(failed);
    await shows(/The engine failed[^]*The engine does not answer/);
    // There is nothing behind it to go back to.
    press("\x1b[D");
    await shows("The engine failed");
    press("b");
    await vi.waitFor(() => expect(called).toEqual(["begin", "rebuild", "begin"]), { timeout: 10_000, interval: 5 });
    await shows("The engine failed");
    press(key.end);
    await shows("▸ q");
    press(key.enter);
    await played;
  });

  it("asks before it begins again or gives up", async () => {
    const { press, shows, called, played } = await table(begun);
    press(`${key.f1}r`);
    await shows(/Begin again\?[^]*▸ n +No, back to the shell/);
    press(key.enter);
    await shows("F1/Ctrl-G");
    expect(called).toEqual(["begin"]);
    press(`${key.f1}ry`);
    await vi.waitFor(() => expect(called).toEqual(["begin", "reset", "begin"]), { timeout: 10_000, interval: 5 });
    await shows("as it was at the beginning");
    press(`${key.f1}u`);
    await shows("Give up?");
    press("y");
    await shows("How it was");
    press(key.enter);
    await played;
  });

  it("looks at the goals once a command has come to rest, and tells what is new", async () => {
    const lookedAt: string[] = [];
    const { press, happen, shows, typed, shells } = await table(begun, {
      glance: async () => {
        lookedAt.push("goals");
        happen({ type: "glanced", items: verdicts(scenario, "pass") });
      },
    });
    shells.hear("desk", "root@desk:~# ");
    await shows("root@desk");
    press("true\r");
    expect(typed.join("")).toBe("true\r");
    shells.hear("desk", "true\r\nroot@desk:~# ");
    await shows("✓ All goals are reached");
    expect(lookedAt).toEqual(["goals"]);
  });

  it("tells what did not work, and what to do", async () => {
    const problem = { code: "not-now", message: "Not now: there is nothing to check.", hint: "Begin first." };
    const { press, shows } = await table(begun, { check: () => Promise.reject(new ProblemError(problem)) });
    press(key.f7);
    await shows(/That did not work[^]*nothing to check[^]*Begin first/);
  });

  it("ends with what a session throws that is no problem of ours", async () => {
    const { press, played } = await table(begun, { check: () => Promise.reject(new Error("planted")) });
    press(key.f7);
    await expect(played).rejects.toThrow("planted");
  });
});
