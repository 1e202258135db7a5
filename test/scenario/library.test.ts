import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeProblem } from "../../src/base/problem.ts";
import { loadLabs, readLabFiles } from "../../src/lesson/load-labs.ts";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { compileScenario } from "../../src/scenario/compile.ts";
import { findScenario, loadLibrary, readScenarioFiles } from "../../src/scenario/load-library.ts";
import { documentationPlan, shapeOf } from "../../src/scenario/shape.ts";
import { variantsOf } from "../../src/scenario/variant.ts";

const files = readScenarioFiles(".");
const library = loadLibrary(files, catalogue);
const labs = loadLabs(
  readLabFiles("."),
  library.scenarios.map(({ id }) => id),
);

const all = library.scenarios.flatMap(variantsOf).map((scenario) => [[scenario.id, scenario.variant].join(" "), scenario] as const);

describe("the scenarios of this repository", () => {
  test("all load", () => {
    expect([...library.problems, ...labs.problems].map(describeProblem)).toEqual([]);
    expect(library.scenarios.map(({ id }) => id)).toEqual(expect.arrayContaining(["healthy-delivery", "mx-wrong-order"]));
    expect(labs.labs.map(({ id }) => id)).toContain("01-first-deliveries");
  });

  test("are found by codename and by id, and by nothing else", () => {
    expect(findScenario(library, "side-door")?.id).toBe("mx-wrong-order");
    expect(findScenario(library, "mx-wrong-order")?.id).toBe("mx-wrong-order");
    expect(findScenario(library, "side")).toBeUndefined();
  });

  test.each(all)("%s compiles for 60 seeds", (_, scenario) => {
    const plan = documentationPlan(shapeOf(scenario.blueprint));
    for (let seed = 0; seed < 60; seed++) compileScenario(scenario, seed, plan, catalogue);
  });

  test.each(all)("%s tells the learner nothing before the diagnosis", (_, scenario) => {
    const compiled = compileScenario(scenario, 7, documentationPlan(shapeOf(scenario.blueprint)), catalogue);
    const { codename, title, summary, teaches } = scenario.text;
    const told = [
      codename,
      title,
      summary,
      compiled.ticket,
      ...compiled.objectives.map(({ goal }) => goal),
      ...compiled.guards.map((guard) => guard.id),
    ];
    const { id } = scenario;
    const secrets = [id, ...compiled.faults.map(({ fault }) => fault.id), ...(scenario.text.faults.length > 0 ? teaches : [])];
    for (const secret of secrets) for (const text of told) expect(text.toLowerCase()).not.toContain(secret);
    for (const host of compiled.broken.hosts) expect(JSON.stringify(host.files)).not.toContain(id);
  });

  test.each(files.folders.map(({ scenario }) => scenario.file))("%s names its schema for editors", (file) => {
    expect(readFileSync(file, "utf8").split("\n")[0]).toBe("# yaml-language-server: $schema=../../docs/reference/scenario.schema.json");
  });
});
