import { openDockerEngine } from "../../src/engines/docker/standard.ts";
import { bareWorld } from "../../src/scenario/bare-world.ts";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { readScenarioFiles } from "../../src/scenario/load-library.ts";
import type { Engine } from "../../src/world/engine.ts";
import type { World } from "../../src/world/world.ts";
import { root } from "../laws/source-tree.ts";

/** The engine, or why the suite cannot run here. A required suite fails instead. */
export async function dockerHere(): Promise<{ readonly engine?: Engine; readonly obstacle?: string }> {
  try {
    return { engine: await openDockerEngine(process.env) };
  } catch (error) {
    if (process.env.MAILDRILL_REQUIRE_DOCKER) throw error;
    return { obstacle: (error as Error).message };
  }
}

/** The small office, healthy, at addresses that the engine has set aside. */
export function smallOffice(engine: Engine): Promise<World> {
  return bareWorld("small-office", readScenarioFiles(root).worlds, engine, catalogue, { seed: 0 });
}
