import type { Problem } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { loadChosenWorld } from "./load-choice.ts";
import { checkSource } from "./load-issues.ts";
import { referenceProblems, twice } from "./load-references.ts";
import { readSource, type SourcedMap, type SourceFile, valueAt } from "./load-source.ts";
import { tryOut } from "./load-tryout.ts";
import type { WorldFiles } from "./load-world.ts";
import type { Scenario, ScenarioFolder } from "./scenario.ts";
import { plannedScenarioKeys, scenarioSchema } from "./schema-scenario.ts";
import { type Alternative, alternativesIn } from "./variant.ts";

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
  const alternatives = alternativesIn(root);
  // The form of a file without variants is looked at below, as that of its only alternative.
  const form = alternatives.some((each) => each.root === root) ? [] : formOf(root).problems;
  const loaded = alternatives.map((alternative) => loadAlternative(folder, alternative, worlds, catalogue));
  const inside = loaded.flatMap(({ problems }) => problems);
  const problems = ordered([...syntax, ...form, ...inside, ...variantProblems(folder, root), ...textProblems(folder)]);
  const [first, ...others] = loaded.flatMap(({ scenario }) => scenario ?? []);
  if (problems.length > 0 || first === undefined) return { problems };
  if (first.variant === undefined) return { scenario: first, problems };
  const { variant: _, ...whole } = first;
  return { scenario: { ...whole, variants: [first, ...others] }, problems };
}

const formOf = (root: SourcedMap) => checkSource(root, scenarioSchema, "the scenario", plannedScenarioKeys);

/** A scenario as it is without variants, or with one of them laid upon it. */
function loadAlternative(folder: ScenarioFolder, { variant, root }: Alternative, worlds: WorldFiles, catalogue: Catalogue): LoadedScenario {
  const form = formOf(root);
  const world = loadChosenWorld(root, worlds);
  const own = variant === undefined ? undefined : folder.variantDebriefs?.get(variant);
  const prose = [folder.ticket, own, folder.debrief].filter((file) => file !== undefined);
  const references = referenceProblems({ folder: folder.name, root, blueprint: world.blueprint, catalogue });
  const trial = world.blueprint === undefined ? [] : tryOut(prose, root, world.blueprint, catalogue);
  const problems = [...form.problems, ...world.problems, ...references, ...trial];
  const { ticket } = folder;
  const debrief = joined(own, folder.debrief);
  if (form.value === undefined || world.blueprint === undefined || ticket === undefined || debrief === undefined) return { problems };
  const scenario = { id: form.value.id, text: form.value, source: root, blueprint: world.blueprint, ticket, debrief, variants: [] };
  return { scenario: variant === undefined ? scenario : { ...scenario, variant }, problems };
}

/** Two texts as one. */
function joined(first: SourceFile | undefined, second: SourceFile | undefined): SourceFile | undefined {
  return first === undefined || second === undefined ? second : { file: second.file, text: `${first.text.trimEnd()}\n\n${second.text}` };
}

/** Variants that share a name, and debriefs of variants that are not there. */
function variantProblems({ variantDebriefs }: ScenarioFolder, root: SourcedMap): Problem[] {
  const list = valueAt(root, ["one-of"]);
  const names = (list?.kind === "list" ? list.items : []).flatMap((item) => {
    const name = valueAt(item, ["id"]);
    return name?.kind === "scalar" ? [{ text: String(name.value), where: name.where }] : [];
  });
  const known = names.map(({ text }) => text);
  const stray = [...(variantDebriefs ?? [])].filter(([variant]) => !known.includes(variant));
  return [
    ...twice("variant", names),
    ...stray.map(([variant, { file }]) => ({ ...unknownId("variant", variant, known), where: { file } })),
  ];
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
