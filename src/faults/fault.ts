import type { ZodType } from "zod";
import type { Effect } from "../world/effect.ts";
import type { World } from "../world/world.ts";

/**
 * A fault: a named, typed, parameterised, reversible change to a world. A pure function to effects, written once for
 * all engines (law 3). A symptom follows from the files, records and network that the effects leave behind.
 */
export interface Fault<Params> {
  /** The id of `faults.yaml` where one fits: `mx-wrong-order`. */
  readonly id: string;
  readonly summary: string;
  readonly teaches: readonly string[];
  readonly group: "dns" | "transport" | "policy" | "identity" | "tls" | "auth" | "filter" | "mailbox" | "queue" | "operations";
  readonly params: ZodType<Params>;
  /** What a learner will see, in the real programs' words: each must be found in a reply or a log line of the broken range. */
  symptom(params: Params, world: World): readonly string[];
  /** @throws ProblemError when the world has no place for this fault (a missing zone, host or record). */
  effects(params: Params, world: World): readonly Effect[];
}
