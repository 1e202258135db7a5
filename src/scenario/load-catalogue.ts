import type { Registry } from "../base/registry.ts";
import type { AnyCheck } from "../checks/registry.ts";
import type { DaemonDefinition } from "../daemons/daemon.ts";
import type { Cause } from "../faults/causes.ts";
import type { AnyFault } from "../faults/registry.ts";
import type { Effect } from "../world/effect.ts";
import type { World } from "../world/world.ts";

/** A daemon kind whose settings are not known to the caller; `settings` parses them before `render` sees them. */
export type AnyDaemon = DaemonDefinition<unknown, unknown>;

/** Every kind that a scenario may name, and how an effect changes a world. Tests give smaller ones. */
export interface Catalogue {
  readonly daemons: Registry<AnyDaemon>;
  readonly faults: Registry<AnyFault>;
  readonly causes: Registry<Cause>;
  readonly checks: Registry<AnyCheck>;
  /** @throws ProblemError when the world has no place for the effect */
  readonly compileEffect: (world: World, effect: Effect) => World;
}
