import type { Problem } from "../../../base/problem.ts";
import type { HostKey } from "../../../world/world.ts";

/** Undoes one effect; a Problem where the range is no longer as the effect left it. */
export type Undo = () => Promise<Problem | undefined>;

export function changedSince(message: string, host: HostKey): Problem {
  return { code: "changed-since", message, where: { host }, hint: "Mend it by hand." };
}
