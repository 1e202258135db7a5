import { createRandom } from "../base/random.ts";
import { mergeSourced } from "./load-merge.ts";
import { plainValue, type SourcedMap, valueAt } from "./load-source.ts";
import type { Scenario } from "./scenario.ts";
import { plainSeed } from "./seed.ts";

/** The variant of a scenario that the learner with this seed meets; the scenario itself where it has none. */
export function variantFor(scenario: Scenario, seed: number): Scenario {
  const { variants } = scenario;
  const [first] = variants;
  if (first === undefined) return scenario;
  return seed === plainSeed ? first : createRandom(seed).fork("one-of").pick(variants);
}

/** Everything that must be proved of a scenario: each of its variants, or itself. */
export function variantsOf(scenario: Scenario): readonly Scenario[] {
  return scenario.variants.length > 0 ? scenario.variants : [scenario];
}

/** A scenario's text with one variant's changes laid upon it. */
export interface Alternative {
  readonly variant?: string;
  readonly root: SourcedMap;
}

/** The texts that a scenario's file stands for: itself, or one for each entry of `one-of` that is a map. */
export function alternativesIn(root: SourcedMap): readonly Alternative[] {
  const list = valueAt(root, ["one-of"]);
  if (list?.kind !== "list") return [{ root }];
  const base = without(root, "one-of");
  const alternatives = list.items.flatMap((item): Alternative[] => {
    if (item.kind !== "map") return [];
    const variant = plainValue(valueAt(item, ["id"]) ?? item);
    return [{ ...(typeof variant === "string" ? { variant } : {}), root: mergeSourced(base, without(item, "id")) as SourcedMap }];
  });
  return alternatives.length > 0 ? alternatives : [{ root: base }];
}

function without(map: SourcedMap, key: string): SourcedMap {
  return { ...map, entries: new Map([...map.entries].filter(([name]) => name !== key)) };
}
