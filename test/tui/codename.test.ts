import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { homePanel } from "../../src/cli/home-on-screen.ts";
import type { Learner } from "../../src/cli/learner.ts";
import { causes } from "../../src/faults/causes.ts";
import type { CompiledScenario } from "../../src/scenario/compile.ts";
import { causesOffered } from "../../src/scenario/diagnosis.ts";
import type { SessionView } from "../../src/session/session-view.ts";
import { PanelScreen } from "../../src/tui/choose.tsx";
import type { PanelName } from "../../src/tui/play/deed.ts";
import { causesPanel, panelNamed } from "../../src/tui/play/panels.ts";
import { PlayScreen } from "../../src/tui/play/play-screen.tsx";
import { root } from "../laws/source-tree.ts";
import { drawn } from "./drawn.ts";
import { compiled, library, modelOf, statesOf } from "./views.ts";

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 160, rows: 100 },
];
const panels: readonly PanelName[] = [
  "keys",
  "ticket",
  "goals",
  "pins",
  "hints",
  "places",
  "hosts",
  "parties",
  "questions",
  "wait",
  "reply",
  "reset",
  "give-up",
  "stranded",
];

/** Every screen of a session in this state: without a panel, and with each. */
function screensOf(view: SessionView): string[] {
  const open = [[], ...panels.map((what) => [panelNamed(what, view, "desk")])];
  return sizes.flatMap((size) =>
    open.map((shown) =>
      drawn(PlayScreen({ model: modelOf(view, size, { panels: shown }) }), size)
        .join(" ")
        .replaceAll(/[\s│]+/g, " "),
    ),
  );
}

/** What would give the answer away. One word that is everybody's (`quota`) is no name. */
function secretsOf({ scenario: { id, text }, diagnosis }: CompiledScenario): string[] {
  const offered = causesOffered({ diagnosis });
  const names = [id, ...text.faults.map(({ use }) => use), ...text.teaches, ...text.references.map(String), ...offered];
  const titles = offered.map((cause) => causes.get(cause).title);
  return [...new Set([...names.filter((name) => /\W/.test(name)), ...titles])];
}

const found = (screens: readonly string[], secrets: readonly string[]): string[] =>
  secrets.filter((secret) => screens.some((screen) => screen.toLowerCase().includes(secret.toLowerCase())));

describe.each(library.scenarios.map(({ text }) => text.codename))("the screens of %s", (codename) => {
  it("name nothing that gives the answer away, whatever the state", async () => {
    const scenario = await compiled(codename);
    const secrets = secretsOf(scenario);
    expect(secrets).toContain(scenario.scenario.id);
    for (const [state, view] of Object.entries(statesOf(scenario))) {
      if (state === "debrief") continue;
      const screens = screensOf(view);
      // They are screens, and of this scenario.
      expect(screens.every((screen) => screen.includes(codename))).toBe(true);
      expect({ state, found: found(screens, secrets) }).toEqual({ state, found: [] });
    }
  });

  it("offer causes in the diagnosis, and only there", async () => {
    const view = statesOf(await compiled(codename)).begun as SessionView;
    if (view.causes.length === 0) return expect(view.may.commit).toBe(false);
    const [size] = sizes as [(typeof sizes)[0]];
    const screen = drawn(PlayScreen({ model: modelOf(view, size, { panels: [causesPanel(view, "mx1")] }) }), size).join("\n");
    for (const { title } of view.causes) expect(screen).toContain(title.slice(0, 40));
  });
});

describe("the codename rule", () => {
  it("holds on the home screen", async () => {
    const learner = { name: "ann", journal: { sessions: () => [] } } as unknown as Learner;
    const panel = homePanel({ context: { home: root, clock: systemClock }, library, learner, docker: true });
    const screens = panel.items.map((_, at) =>
      drawn(PanelScreen({ panel: { ...panel, at }, header: "Maildrill", esc: "leave", columns: 100, rows: 40 }), { columns: 100, rows: 40 })
        .join(" ")
        .replaceAll(/\s+/g, " "),
    );
    for (const { text } of library.scenarios) {
      expect(screens[0]).toContain(text.codename);
      expect(found(screens, secretsOf(await compiled(text.codename)))).toEqual([]);
    }
  });

  it("would be seen broken", async () => {
    const scenario = await compiled("side-door");
    const view = statesOf(scenario).begun as SessionView;
    const screens = screensOf({ ...view, title: "A case of MX-wrong-order" });
    expect(found(screens, secretsOf(scenario))).toEqual(["mx-wrong-order"]);
    expect(found(screensOf({ ...view, hints: ["MX preferences in the wrong order, that is all."] }), secretsOf(scenario))).toHaveLength(1);
  });
});
