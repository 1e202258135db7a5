import { ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import { catalogue } from "../scenario/catalogue.ts";
import { findScenario, type Library, loadLibrary, readScenarioFiles } from "../scenario/load-library.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { EngineId } from "../world/engine.ts";
import type { CliContext } from "./context.ts";

/** The scenarios of this installation; what does not load is left out (`prove` and `doctor` tell of it). */
export function openLibrary({ home }: Pick<CliContext, "home">): Library {
  return loadLibrary(readScenarioFiles(home), catalogue);
}

/** The scenario that was named. @throws ProblemError with the nearest codename; never with an id, which names the cause */
export function chooseScenario(library: Library, name: string): Scenario {
  const scenario = findScenario(library, name);
  if (scenario !== undefined) return scenario;
  // What is wrong in a file is more help than that the name is not known.
  const broken = library.problems.filter(({ where }) => where?.file?.startsWith(`scenarios/${name}/`));
  if (broken.length > 0) throw new ProblemError(broken);
  throw new ProblemError(
    unknownId(
      "scenario",
      name,
      library.scenarios.map(({ text }) => text.codename),
    ),
  );
}

/** A scenario, or none where the name is a base world's. @throws ProblemError when it is neither, with the nearest name that is */
export function openLab(context: CliContext, name: string): { readonly library: Library; readonly scenario: Scenario | undefined } {
  const library = openLibrary(context);
  const scenario = findScenario(library, name);
  if (scenario !== undefined || library.worlds.has(name)) return { library, scenario };
  const known = [...library.scenarios.map(({ text }) => text.codename), ...library.worlds.keys()];
  throw new ProblemError(unknownId("scenario or world", name, known));
}

/** The engine option as typed. @throws ProblemError for a word that is no engine */
export function engineId(option: unknown): EngineId {
  if (option === undefined || option === "embedded") return "embedded";
  if (option === "docker") return "docker";
  throw new ProblemError(unknownId("engine", String(option), ["embedded", "docker"]));
}

/** A whole number as typed. @throws ProblemError for anything else, naming the option */
export function wholeNumber(option: unknown, name: string, fallback: number, least = 0): number {
  if (option === undefined) return fallback;
  const value = Number(option);
  if (Number.isSafeInteger(value) && value >= least) return value;
  const message = `${name} takes a whole number from ${least}, not ${JSON.stringify(option)}.`;
  throw new ProblemError({ code: "bad-option", message, hint: `For instance ${name} ${Math.max(least, 7)}.` });
}
