import { catalogue } from "../../../src/scenario/catalogue.ts";
import { buildWorld } from "../../../src/scenario/compile-world.ts";
import { readScenarioFiles } from "../../../src/scenario/load-library.ts";
import { loadWorld, plainChoice } from "../../../src/scenario/load-world.ts";
import { drawNames } from "../../../src/scenario/seed.ts";
import { documentationPlan, shapeOf } from "../../../src/scenario/shape.ts";
import { addressPlan } from "../../../src/world/address-plan.ts";
import type { World } from "../../../src/world/world.ts";

const startsAtMs = Date.UTC(2026, 10, 24, 2);

/**
 * The world that was recorded: the small office under its own names.
 * @param networks CIDR blocks by network, where the documentation blocks of the recordings are not to be had
 */
export function smallOffice(networks?: Readonly<Record<string, string>>): World {
  const { blueprint } = loadWorld(plainChoice("small-office"), readScenarioFiles(".").worlds);
  if (blueprint === undefined) throw new Error("small-office does not load");
  const shape = shapeOf(blueprint);
  const plan = networks === undefined ? documentationPlan(shape) : addressPlan(shape, networks);
  return buildWorld(blueprint, drawNames(blueprint, {}, 0), plan, { seed: 0, startsAtMs }, catalogue.daemons).world;
}
