import { type Problem, ProblemError } from "../base/problem.ts";
import type { AnyFault } from "../faults/registry.ts";
import type { Effect } from "../world/effect.ts";
import type { World } from "../world/world.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { checkSource } from "./load-issues.ts";
import type { Sourced, SourcedMap } from "./load-source.ts";

/** A fault of the scenario, for this very world. */
export interface CompiledFault {
  readonly fault: AnyFault;
  readonly params: unknown;
  readonly effects: readonly Effect[];
  /** What a learner will see, in the real programs' words. */
  readonly symptom: readonly string[];
}

export interface BrokenWorld {
  readonly world: World;
  readonly faults: readonly CompiledFault[];
  readonly problems: readonly Problem[];
}

/**
 * Applies the scenario's faults to a world, one after the other: each sees what those before it left behind.
 * @param list the `faults:` of the scenario, placeholders filled in; unknown faults are passed over (loading reports them)
 */
export function breakWorld(healthy: World, list: readonly Sourced[], catalogue: Catalogue): BrokenWorld {
  let world = healthy;
  const faults: CompiledFault[] = [];
  const problems: Problem[] = [];
  for (const entry of list) {
    const fault = entry.kind === "map" ? faultOf(entry, catalogue) : undefined;
    if (entry.kind !== "map" || fault === undefined) continue;
    const checked = checkSource(withoutUse(entry), fault.params, `the fault ${fault.id}`);
    problems.push(...checked.problems);
    if (checked.problems.length > 0) continue;
    try {
      const compiled = compileFault(fault, checked.value, world);
      world = compiled.effects.reduce(catalogue.compileEffect, world);
      faults.push(compiled);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, where: entry.where })));
    }
  }
  return { world, faults, problems };
}

function compileFault(fault: AnyFault, params: unknown, world: World): CompiledFault {
  return { fault, params, effects: fault.effects(params, world), symptom: fault.symptom(params, world) };
}

function faultOf(entry: SourcedMap, catalogue: Catalogue): AnyFault | undefined {
  const use = entry.entries.get("use")?.value;
  const found = use?.kind === "scalar" && typeof use.value === "string" ? catalogue.faults.find(use.value) : undefined;
  return found !== undefined && "effects" in found ? found : undefined;
}

function withoutUse(entry: SourcedMap): SourcedMap {
  const entries = new Map(entry.entries);
  entries.delete("use");
  return { ...entry, entries };
}
