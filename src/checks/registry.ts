import { createRegistry } from "../base/registry.ts";
import { arrived } from "./arrived.ts";
import { bounced } from "./bounced.ts";
import type { Check } from "./check.ts";
import { delivered } from "./delivered.ts";
import { filtered } from "./filtered.ts";
import { kept } from "./kept.ts";
import { levelsKept } from "./levels-kept.ts";
import { once } from "./once.ts";
import { refused } from "./refused.ts";
import { resolves } from "./resolves.ts";

/** A check whose parameters are not known to the caller; `params` parses them before `needs` and `judge` see them. */
export type AnyCheck = Check<unknown>;

/** Every check that a scenario may name. */
export const checks = createRegistry<AnyCheck>("check", [
  arrived as AnyCheck,
  bounced as AnyCheck,
  delivered as AnyCheck,
  filtered as AnyCheck,
  kept as AnyCheck,
  levelsKept as AnyCheck,
  once as AnyCheck,
  refused as AnyCheck,
  resolves as AnyCheck,
]);
