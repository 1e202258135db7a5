import { createRegistry } from "../base/registry.ts";
import type { Fault } from "./fault.ts";
import { mailboxOverQuota } from "./mailbox-over-quota.ts";
import { mxWrongOrder } from "./mx-wrong-order.ts";
import { ptrMissing } from "./ptr-missing.ts";

/** A fault whose parameters are not known to the caller; `params` parses them before `effects` sees them. */
export type AnyFault = Fault<unknown>;

/** Every fault that a scenario may use. */
export const faults = createRegistry<AnyFault>("fault", [mailboxOverQuota as AnyFault, mxWrongOrder as AnyFault, ptrMissing as AnyFault]);
