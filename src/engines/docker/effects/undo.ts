import type { Problem } from "../../../base/problem.ts";

/** Undoes one effect; a Problem where the range is no longer as the effect left it. */
export type Undo = () => Promise<Problem | undefined>;
