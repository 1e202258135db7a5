import type { Problem } from "../base/problem.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { loadChosenWorld } from "./load-choice.ts";
import { checkSource } from "./load-issues.ts";
import { referenceProblems } from "./load-references.ts";
import { readSource, type SourceFile } from "./load-source.ts";
import { tryOut } from "./load-tryout.ts";
import type { WorldFiles } from "./load-world.ts";
import type { Scenario, ScenarioFolder } from "./scenario.ts";
import { plannedScenarioKeys, scenarioSchema } from "./schema-scenario.ts";

export interface LoadedScenario {
  /** Present only when there is no problem at all. */
  readonly scenario?: Scenario;
  readonly problems: readonly Problem[];
}

/**
 * Reads a scenario: the model, or every problem of its files with place and hint. Nothing a file may hold makes it throw.
 * A part that is wrong in form is left out when the rest is looked at, so one slip does not hide the others.
 */
export function loadScenario(folder: ScenarioFolder, worlds: WorldFiles, catalogue: Catalogue): LoadedScenario {
  const { root, problems: syntax } = readSource(folder.scenario);
  if (root === undefined) return { problems: [...syntax, ...textProblems(folder)] };
  if (root.kind !== "map") {
    const problem = { code: "wrong-type", message: "A scenario is a map of keys.", where: root.where, hint: "Begin with `id: ...`." };
    return { problems: [...syntax, problem, ...textProblems(folder)] };
  }
  const form = checkSource(root, scenarioSchema, "the scenario", plannedScenarioKeys);
  const world = loadChosenWorld(root, worlds);
  const references = referenceProblems({ folder: folder.name, root, blueprint: world.blueprint, catalogue });
  const trial = world.blueprint === undefined ? [] : tryOut(folder, root, world.blueprint, catalogue);
  const problems = ordered([...syntax, ...form.problems, ...world.problems, ...references, ...trial, ...textProblems(folder)]);
  const { ticket, debrief } = folder;
  if (problems.length > 0 || form.value === undefined || world.blueprint === undefined || ticket === undefined || debrief === undefined) {
    return { problems };
  }
  return { scenario: { id: form.value.id, text: form.value, source: root, blueprint: world.blueprint, ticket, debrief }, problems };
}

/** Missing or empty texts beside scenario.yaml. */
function textProblems({ scenario, ticket, debrief }: ScenarioFolder): Problem[] {
  const missing = (name: string, holds: string, file: SourceFile | undefined): Problem[] => {
    if (file !== undefined && file.text.trim() !== "") return [];
    const where = { file: file?.file ?? scenario.file.replace(/[^/]*$/, name) };
    const message = file === undefined ? `The scenario has no ${name}.` : `${name} is empty.`;
    return [{ code: "missing-text", message, where, hint: `Write ${holds} there.` }];
  };
  return [
    ...missing("ticket.md", "what the user reports", ticket),
    ...missing("debrief.md", "what happened and how to prevent it", debrief),
  ];
}

/** In the order of the files, without repetitions. */
function ordered(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  const key = ({ code, message, where }: Problem): string => [code, message, where?.file, where?.line, where?.column].join("|");
  const unique = problems.filter((problem) => !seen.has(key(problem)) && seen.add(key(problem)));
  const rank = ({ where }: Problem): number => (where?.line ?? 0) * 1000 + (where?.column ?? 0);
  return unique.sort((left, right) => (left.where?.file ?? "").localeCompare(right.where?.file ?? "") || rank(left) - rank(right));
}
