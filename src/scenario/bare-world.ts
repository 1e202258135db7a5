import { ProblemError } from "../base/problem.ts";
import type { Engine } from "../world/engine.ts";
import type { Pace, World } from "../world/world.ts";
import { buildWorld } from "./compile-world.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { loadWorld, plainChoice, type WorldFiles } from "./load-world.ts";
import { drawNames } from "./seed.ts";
import { shapeOf } from "./shape.ts";

/** A quiet Monday morning, for worlds that no scenario dates. */
const startsAtMs = Date.UTC(2026, 10, 30, 8);

export interface BareWorldOptions {
  readonly seed: number;
  /** `lapse` where it is not given. */
  readonly pace?: Pace;
}

/**
 * A base world as its file says, with no scenario in it, at addresses that the engine sets aside.
 * @throws ProblemError when the world does not load
 */
export async function bareWorld(
  name: string,
  worlds: WorldFiles,
  engine: Engine,
  catalogue: Catalogue,
  options: BareWorldOptions,
): Promise<World> {
  const { blueprint, problems } = loadWorld(plainChoice(name, options.pace), worlds);
  if (blueprint === undefined || problems.length > 0) throw new ProblemError(problems);
  const plan = await engine.reserve(shapeOf(blueprint), options.seed);
  const names = drawNames(blueprint, {}, options.seed);
  const built = buildWorld(blueprint, names, plan, { seed: options.seed, startsAtMs }, catalogue.daemons);
  if (built.problems.length > 0) throw new ProblemError(built.problems);
  return built.world;
}
