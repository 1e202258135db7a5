import { createRegistry } from "../base/registry.ts";
import type { Fault } from "./fault.ts";
import { mxWrongOrder } from "./mx-wrong-order.ts";

/** A fault whose parameters are not known to the caller; `params` parses them before `effects` sees them. */
export type AnyFault = Fault<unknown>;

/** Every fault that a scenario may use. */
export const faults = createRegistry<AnyFault>("fault", [mxWrongOrder as AnyFault]);
