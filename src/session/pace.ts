import type { Clock } from "../base/clock.ts";
import type { TimeControl } from "../world/engine.ts";

/** Lets a range's virtual time follow the wall's: a learner who thinks for a minute finds the range a minute later. */
export interface Pacer {
  /** Moves the range's clock forward by what has passed on the wall's since the last call. */
  catchUp(): Promise<void>;
}

/** @param wall the clock by which the learner lives */
export function createPacer(time: TimeControl, wall: Clock): Pacer {
  let countedAtMs = wall.now();
  return {
    catchUp: async () => {
      // A real range keeps its own time.
      if (!time.jumps) return;
      const nowMs = wall.now();
      const elapsedMs = Math.max(0, nowMs - countedAtMs);
      countedAtMs = nowMs;
      if (elapsedMs > 0) await time.advance(elapsedMs);
    },
  };
}
