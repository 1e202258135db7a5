import { ProblemError } from "../base/problem.ts";
import type { Engine, Range, UpOptions } from "../world/engine.ts";
import { buildWorld } from "./compile-world.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { loadWorld, plainChoice, type WorldFiles } from "./load-world.ts";
import { drawNames } from "./seed.ts";
import { shapeOf } from "./shape.ts";

/** A quiet Monday morning, for worlds that no scenario dates. */
const startsAtMs = Date.UTC(2026, 10, 30, 8);

/**
 * Starts a base world as its file says, with no scenario in it.
 * @throws ProblemError when the world does not load, or the engine cannot start it
 */
export async function upWorld(
  name: string,
  worlds: WorldFiles,
  engine: Engine,
  catalogue: Catalogue,
  options: UpOptions & { readonly seed: number },
): Promise<Range> {
  const { blueprint, problems } = loadWorld(plainChoice(name), worlds);
  if (blueprint === undefined || problems.length > 0) throw new ProblemError(problems);
  const plan = await engine.reserve(shapeOf(blueprint), options.seed);
  const names = drawNames(blueprint, {}, options.seed);
  const built = buildWorld(blueprint, names, plan, { seed: options.seed, startsAtMs }, catalogue.daemons);
  if (built.problems.length > 0) throw new ProblemError(built.problems);
  return engine.up(built.world, options);
}
