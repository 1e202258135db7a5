import { describe, expect, test } from "vitest";
import type { Problem } from "../../src/base/problem.ts";
import { compileScenario } from "../../src/scenario/compile.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { Scenario, ScenarioFolder } from "../../src/scenario/scenario.ts";
import { documentationPlan, shapeOf } from "../../src/scenario/shape.ts";
import { variantFor, variantsOf } from "../../src/scenario/variant.ts";
import { folderOf, miniatureCatalogue, miniatureFiles, miniatureScenario } from "./miniature.ts";

const oneOf = `
one-of:
  - {id: both}
  - id: alone
    world: {mx1: {postfix: {parameters: {alone: "yes"}}}}
    diagnosis: {place: mx2}
    guards: []
    traps: []
`;

function load(text: string, extra: Partial<ScenarioFolder> = {}): readonly [Scenario | undefined, readonly Problem[]] {
  const { scenario, problems } = loadScenario(folderOf(text, extra), miniatureFiles, miniatureCatalogue);
  return [scenario, problems];
}

const sourceOf = (name: string, text: string) => ({ file: `scenarios/tiny/${name}`, text });

function loaded(text = miniatureScenario + oneOf, extra: Partial<ScenarioFolder> = {}): Scenario {
  const [scenario, problems] = load(text, extra);
  expect(problems).toEqual([]);
  return scenario as Scenario;
}

const compiled = (scenario: Scenario) => compileScenario(scenario, 0, documentationPlan(shapeOf(scenario.blueprint)), miniatureCatalogue);

describe("variants of a scenario", () => {
  test("without one-of there is the scenario alone, whatever the seed", () => {
    const scenario = loaded(miniatureScenario);
    expect(variantsOf(scenario)).toEqual([scenario]);
    expect(variantFor(scenario, 12)).toBe(scenario);
  });

  test("are the scenario with the variant's changes laid upon it", () => {
    const [both, alone] = variantsOf(loaded()).map(compiled);
    expect([both?.scenario.variant, alone?.scenario.variant]).toEqual(["both", "alone"]);
    expect([both?.diagnosis?.place, alone?.diagnosis?.place]).toEqual(["mx1", "mx2"]);
    expect(alone?.diagnosis?.evidence).toEqual(both?.diagnosis?.evidence);
    expect([both?.traps.length, alone?.traps.length]).toEqual([1, 0]);
    const mainCf = (each: typeof both) => each?.healthy.hosts.find(({ key }) => key === "mx1")?.files["/etc/postfix/main.cf"];
    expect([mainCf(both)?.includes("alone = yes"), mainCf(alone)?.includes("alone = yes")]).toEqual([false, true]);
    expect(alone?.ticket).toBe(both?.ticket);
  });

  test("are met by seed: the plain one first, each of them by some", () => {
    const scenario = loaded();
    expect(variantFor(scenario, 0).variant).toBe("both");
    const met = Array.from({ length: 40 }, (_, seed) => variantFor(scenario, seed).variant);
    expect(new Set(met)).toEqual(new Set(["both", "alone"]));
    expect(variantFor(scenario, 7)).toBe(variantFor(scenario, 7));
  });

  test("begin the debrief with what is their own", () => {
    const variantDebriefs = new Map([["alone", sourceOf("debrief.alone.md", "Alone at {org.domain}.\n")]]);
    const [both, alone] = variantsOf(loaded(miniatureScenario + oneOf, { variantDebriefs })).map(compiled);
    expect(both?.debrief).toBe("The domain is meadow.example.\n");
    expect(alone?.debrief).toBe("Alone at meadow.example.\n\nThe domain is meadow.example.\n");
  });

  test.each<[string, string, string, string]>([
    ["a key that no variant has", "id: alone\n", "id: alone\n    title: Another\n", 'has no key "title"'],
    ["something wrong inside", "place: mx2", "place: mx9", 'There is no host called "mx9".'],
    ["a name that stands twice", "id: alone", "id: both", "There is already a variant called both."],
    ["one variant alone", "  - {id: both}\n", "", "at least 2 entries"],
    ["a world that is not there", "world: {", "world: {use: nowhere, ", 'There is no world called "nowhere".'],
  ])("%s is a problem with its place", (_, from, to, says) => {
    expect(oneOf).toContain(from);
    const [scenario, problems] = load(miniatureScenario + oneOf.replace(from, to));
    expect(scenario).toBeUndefined();
    const found = problems.find(({ message }) => message.includes(says));
    expect(problems.map(({ message }) => message).join("\n")).toContain(says);
    expect(found?.where?.line).toBeGreaterThan(miniatureScenario.split("\n").length - 2);
  });

  test("a debrief of a variant that is not there is a problem, and so is an unknown placeholder in one", () => {
    const stray = new Map([["gone", sourceOf("debrief.gone.md", "Hello.\n")]]);
    expect(load(miniatureScenario + oneOf, { variantDebriefs: stray })[1]).toMatchObject([
      { code: "unknown-variant", where: { file: "scenarios/tiny/debrief.gone.md" } },
    ]);
    const cut = new Map([["alone", sourceOf("debrief.alone.md", "Hello.\n{org.nothing}\n")]]);
    expect(load(miniatureScenario + oneOf, { variantDebriefs: cut })[1]).toMatchObject([
      { code: "unknown-placeholder", where: { file: "scenarios/tiny/debrief.alone.md", line: 2 } },
    ]);
  });
});
