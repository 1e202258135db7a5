import { beforeAll, describe, expect, it } from "vitest";
import type { CompiledScenario } from "../../src/scenario/compile.ts";
import type { SessionView } from "../../src/session/session-view.ts";
import { actions, openActions } from "../../src/tui/play/actions.ts";
import { layoutOf, type PlayModel } from "../../src/tui/play/model.ts";
import { panelNamed } from "../../src/tui/play/panels.ts";
import { PlayScreen } from "../../src/tui/play/play-screen.tsx";
import { newsOf } from "../../src/tui/play/run-play.ts";
import { press } from "../../src/tui/play/step.ts";
import { textWidth } from "../../src/tui/screen/cell-width.ts";
import { drawn } from "./drawn.ts";
import { compiled, modelOf, statesOf, verdicts, viewAfter } from "./views.ts";

const small = { columns: 80, rows: 24 };
const large = { columns: 120, rows: 40 };

let scenario: CompiledScenario;
let states: Readonly<Record<string, SessionView>>;
beforeAll(async () => {
  scenario = await compiled("side-door");
  states = statesOf(scenario);
});
const view = (name: string): SessionView => states[name] as SessionView;
const screen = (model: PlayModel): string => drawn(PlayScreen({ model }), model.size).join("\n");
const key = (name: string, bytes = name) => ({ name, bytes });

describe("the play screen", () => {
  it("at 80x24 leaves the shell the whole width, and shows ticks in the header", () => {
    const model = modelOf(view("checked in vain"), small);
    expect(layoutOf(small, false).shell).toEqual({ left: 0, top: 2, columns: 80, rows: 21 });
    const rows = screen(model).split("\n");
    expect(rows[0]).toMatch(/^ side-door {2}The big ones come back +✗1 +investigating +08:14/);
    expect(rows[1]).toContain("─ desk ─");
    expect(rows.slice(2, 23).join("")).toBe("");
    expect(rows[23]).toMatch(/F1\/Ctrl-G keys.*F2 ticket.*F3 pin.*F4 hint.*F5 diagnose.*F7 check.*F8 hosts/);
  });

  it("at 120x40 shows goals, the last hint, pins and the ticket beside a shell of 80 columns", () => {
    const model = modelOf(view("with pins and every hint"), large);
    expect(layoutOf(large, false).shell).toEqual({ left: 40, top: 2, columns: 80, rows: 37 });
    const text = screen(model);
    expect(text).toMatch(
      /Next[^]*Goals[^]*○ A large mail[^]*Hint \(the last\)[^]*Pins \(1\)[^]*○ mx1: postqueue -p[^]*Ticket[^]*F2: \d+ more lines/,
    );
    for (const row of text.split("\n").slice(1, -1)) expect([...row][39]).toBe("│");
  });

  it("is never wider or higher than its window, in any state and with any panel", () => {
    for (const size of [small, { columns: 60, rows: 14 }, { columns: 113, rows: 24 }]) {
      for (const state of Object.values(states)) {
        const open = openActions(state).flatMap(({ deed }) => (deed.do === "open" ? [[panelNamed(deed.what, state, "desk")]] : []));
        for (const panels of [[], ...open]) {
          const rows = drawn(PlayScreen({ model: modelOf(state, size, { panels }) }), { columns: size.columns + 20, rows: size.rows + 5 });
          expect(Math.max(...rows.map(textWidth))).toBeLessThanOrEqual(size.columns);
          expect(rows.slice(size.rows).join("")).toBe("");
          // The line of help is always the last.
          expect(rows[size.rows - 1]).not.toBe("");
        }
      }
    }
  });

  it("zoomed shows nothing but the shell and a line", () => {
    expect(layoutOf(small, true).shell).toEqual({ left: 0, top: 0, columns: 80, rows: 23 });
    const rows = screen(modelOf(view("begun"), small, { isZoomed: true })).split("\n");
    expect(rows.slice(0, 23).join("")).toBe("");
    expect(rows[23]).toContain("F9 unzoom");
  });

  it("says that a window is too small", () => {
    expect(screen(modelOf(view("begun"), { columns: 50, rows: 10 }))).toContain("Maildrill needs 60x14");
  });

  it("shows a failed goal with its evidence, and a broken guard with what it tells", () => {
    const state = view("checked in vain");
    const text = screen(modelOf(state, small, { panels: [panelNamed("goals", state, "desk")] }));
    expect(text).toMatch(/✗ A large mail[^]*It came back\.[^]*\| sender: .*20B381DE296/);
    expect(text).toMatch(/✗ Broken meanwhile: One is lost\.[^]*It was waiting\./);
    // Its id says nothing to a learner.
    expect(text).not.toContain("letters-kept");
  });

  it("shows the way out when the engine failed", () => {
    const state = view("stranded");
    const text = screen(modelOf(state, small, { panels: [panelNamed("stranded", state, "")], time: "" }));
    expect(text).toMatch(/no range[^]*The engine does not answer\.[^]*Bring the hosts back[^]*Begin again[^]*Leave/);
  });
});

describe("keys", () => {
  it("go to the shell, but for function keys and the prefix", () => {
    const model = modelOf(view("begun"), small);
    for (const name of ["a", "?", "escape", "ctrl-c", "ctrl-z", "up", "f10", "paste"]) expect(press(model, key(name)).toShell).toBe(true);
    expect(press(model, key("f3")).deed).toEqual({ do: "pin" });
    expect(press(model, key("ctrl-g")).deed).toEqual({ do: "open", what: "keys" });
    const verbatim = press({ ...model, isVerbatim: true }, key("f3"));
    expect(verbatim).toMatchObject({ toShell: true, model: { isVerbatim: false } });
  });

  it("say it when they have nothing to do at this point", () => {
    const step = press(modelOf(view("debrief"), small), key("f7"));
    expect(step.deed).toBeUndefined();
    expect(step.model.notice).toContain("Not at this point");
  });

  it("are all in the list, each letter once, and run from it", () => {
    const state = view("begun");
    const model = modelOf(state, small, { panels: [panelNamed("keys", state, "desk")] });
    expect(new Set(actions.map(({ letter }) => letter)).size).toBe(actions.length);
    for (const { letter, title, deed } of openActions(state)) {
      expect(screen(modelOf(state, large, { panels: model.panels }))).toContain(title);
      expect(press(model, key(letter)).deed).toEqual(deed);
    }
    // With the arrows, too.
    const down = press(model, key("down")).model;
    expect(press(down, key("enter")).deed).toEqual(openActions(state)[1]?.deed);
  });

  it("type an answer, which is sent with Enter", () => {
    const state = view("closing");
    let model = modelOf(state, small, { panels: [panelNamed("reply", state, "desk")] });
    for (const letter of [..."Two nunbers"]) model = press(model, key(letter)).model;
    for (const name of ["left", "left", "left", "left", "backspace", "m", "end"]) model = press(model, key(name)).model;
    model = press(model, key("paste", " were\nexchanged")).model;
    expect(screen(model)).toContain("> Two numbers were exchanged");
    expect(press(model, key("enter")).deed).toEqual({ do: "reply", text: "Two numbers were exchanged" });
  });

  it("read a text to its end and no further", () => {
    const state = view("debrief");
    let model = modelOf(state, small, { panels: [panelNamed("debrief", state, "desk", "## Your way\nthe very end")] });
    model = press(model, key("end")).model;
    expect(screen(model)).toContain("the very end");
    expect(press(model, key("pagedown")).model).toEqual(model);
    expect(press(press(model, key("home")).model, key("up")).model.panels).toEqual([
      panelNamed("debrief", state, "desk", "## Your way\nthe very end"),
    ]);
    expect(press(model, key("enter")).deed).toEqual({ do: "quit" });
  });
});

describe("a look at the goals", () => {
  const glanced = (status: "pass" | "fail", guard = false): SessionView =>
    viewAfter(scenario, [{ type: "begin" }, { type: "glanced", items: verdicts(scenario, status, guard) }]);

  it("tells a tick that went on, one that went out, and a guard that broke", () => {
    expect(newsOf(glanced("fail"), glanced("pass"))).toMatch(/^✓ All goals are reached/);
    expect(newsOf(glanced("pass"), glanced("fail"))).toMatch(/^✗ No longer reached: A large mail/);
    expect(newsOf(glanced("fail"), glanced("fail", true))).toBe("✗ Broken (Ctrl-G, then g): One is lost.");
    expect(newsOf(glanced("fail"), glanced("fail"))).toBeUndefined();
  });
});

describe("keys where no shell has them", () => {
  const open = (state: string, what: "ticket" | "keys" | "reply" | "stranded" | "debrief"): PlayModel =>
    modelOf(view(state), small, { panels: [panelNamed(what, view(state), "desk")] });

  it.each(["?", "f1", "ctrl-g"])("%s lists them all, also from a panel", (name) => {
    expect(press(open("begun", "ticket"), key(name)).deed).toEqual({ do: "open", what: "keys" });
    expect(screen(open("begun", "ticket"))).toContain("? keys");
    // Where text is typed it is a character like others.
    if (name === "?") expect(press(open("begun", "reply"), key(name)).model.panels[0]).toMatchObject({ value: "?" });
  });

  it("Escape leaves where nothing is behind, and says so", () => {
    for (const [state, what, does] of [
      ["briefing", "ticket", "quit"],
      ["begun", "ticket", "back"],
      ["stranded", "stranded", "back"],
    ] as const) {
      expect(press(open(state, what), key("escape", "\x1b")).deed).toEqual({ do: does });
      expect(screen(open(state, what))).toContain(`Esc ${does === "quit" ? "leave" : "back"}`);
    }
  });
});
