import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../base/problem.ts";
import { type LoadedScenario, loadScenario } from "./load.ts";
import type { Catalogue } from "./load-catalogue.ts";
import type { SourceFile } from "./load-source.ts";
import type { WorldFiles } from "./load-world.ts";
import type { Scenario, ScenarioFolder } from "./scenario.ts";

/** The files of a `scenarios/` folder, read but not understood yet. */
export interface ScenarioFiles {
  readonly worlds: WorldFiles;
  readonly folders: readonly ScenarioFolder[];
}

/** Scenarios that are whole, and every problem of those that are not. */
export interface Library {
  readonly worlds: WorldFiles;
  readonly scenarios: readonly Scenario[];
  readonly problems: readonly Problem[];
}

/**
 * Reads `scenarios/` from disk. Problems later name files by their path from the root.
 * @param root the folder that holds `scenarios/`
 */
export function readScenarioFiles(root: string): ScenarioFiles {
  const read = (file: string): SourceFile | undefined => {
    const path = join(root, file);
    return existsSync(path) ? { file, text: readFileSync(path, "utf8") } : undefined;
  };
  const folder = join(root, "scenarios");
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const names = entries.filter((entry) => entry.isDirectory() && entry.name !== "worlds").map(({ name }) => name);
  const worldFolder = join(folder, "worlds");
  const worldNames = (existsSync(worldFolder) ? readdirSync(worldFolder) : []).filter((name) => name.endsWith(".yaml"));
  const worlds = worldNames.sort().flatMap((name) => {
    const file = read(`scenarios/worlds/${name}`);
    return file === undefined ? [] : [[name.replace(/\.yaml$/, ""), file] as const];
  });
  const folders = names.sort().flatMap((name): ScenarioFolder[] => {
    const scenario = read(`scenarios/${name}/scenario.yaml`);
    const ticket = read(`scenarios/${name}/ticket.md`);
    const debrief = read(`scenarios/${name}/debrief.md`);
    if (scenario === undefined) return [];
    const variantDebriefs = new Map(
      readdirSync(join(folder, name)).flatMap((file) => {
        const variant = /^debrief\.(.+)\.md$/.exec(file)?.[1];
        const text = variant === undefined ? undefined : read(`scenarios/${name}/${file}`);
        return variant === undefined || text === undefined ? [] : [[variant, text] as const];
      }),
    );
    return [
      { name, scenario, variantDebriefs, ...(ticket === undefined ? {} : { ticket }), ...(debrief === undefined ? {} : { debrief }) },
    ];
  });
  return { worlds: new Map(worlds), folders };
}

/** Loads every scenario, and looks for what only shows when all are seen: a codename that two share. */
export function loadLibrary({ worlds, folders }: ScenarioFiles, catalogue: Catalogue): Library {
  const loaded = folders.map((folder) => loadScenario(folder, worlds, catalogue));
  const scenarios = loaded.flatMap(({ scenario }) => scenario ?? []);
  return { worlds, scenarios, problems: [...loaded.flatMap(({ problems }: LoadedScenario) => problems), ...sharedCodenames(scenarios)] };
}

function sharedCodenames(scenarios: readonly Scenario[]): Problem[] {
  const holders = new Map<string, string>();
  return scenarios.flatMap(({ id, text: { codename }, source }) => {
    const holder = holders.get(codename);
    holders.set(codename, holder ?? id);
    if (holder === undefined) return [];
    const message = `The codename ${codename} is already that of ${holder}.`;
    return [{ code: "duplicate-id", message, where: source.entries.get("codename")?.value.where ?? source.where, hint: "Choose another." }];
  });
}

/** The scenario that a person means by its codename or its id, or undefined. */
export function findScenario(library: Pick<Library, "scenarios">, name: string): Scenario | undefined {
  return library.scenarios.find(({ id, text }) => text.codename === name || id === name);
}
