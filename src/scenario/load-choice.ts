import { plainValue, type Sourced, type SourcedMap, valueAt } from "./load-source.ts";
import { type LoadedBlueprint, loadWorld, type WorldChoice, type WorldFiles } from "./load-world.ts";

/** Keys under `world:` that are not hosts. */
const choiceKeys: ReadonlySet<string> = new Set(["use", "pace", "variants", "without"]);

/** The world that a scenario stands in. Without a readable `world:` there is none, and the form says why. */
export function loadChosenWorld(root: SourcedMap, worlds: WorldFiles): LoadedBlueprint {
  const section = valueAt(root, ["world"]);
  const use = section === undefined ? undefined : valueAt(section, ["use"]);
  if (section?.kind !== "map" || use?.kind !== "scalar" || typeof use.value !== "string") return { blueprint: undefined, problems: [] };
  const choice: WorldChoice = {
    use: use.value,
    pace: plainValue(valueAt(section, ["pace"]) ?? use) === "stock" ? "stock" : "lapse",
    variants: named(valueAt(section, ["variants"])),
    without: named(valueAt(section, ["without"])),
    overrides: new Map([...section.entries].filter(([key]) => !choiceKeys.has(key)).map(([key, { value }]) => [key, value])),
    where: use.where,
  };
  return loadWorld(choice, worlds);
}

function named(list: Sourced | undefined): WorldChoice["without"] {
  return list?.kind === "list" ? list.items.map((item) => ({ name: String(plainValue(item)), where: item.where })) : [];
}
