import type { Clock } from "../base/clock.ts";
import type { TimeControl } from "../world/engine.ts";

/** Lets a range's virtual time follow the wall's: a learner who thinks for a minute finds the range a minute later. */
export interface Pacer {
  /** Moves the range's clock forward by what has passed on the wall's since the last work ended, then does this work. */
  inStep<T>(work: () => Promise<T>): Promise<T>;
}

/** @param wall the clock by which the learner lives */
export function createPacer(time: TimeControl, wall: Clock): Pacer {
  let wallAtMs = wall.now();
  let rangeAtMs = time.now();

  const count = (): void => {
    wallAtMs = wall.now();
    rangeAtMs = time.now();
  };
  /** While somebody sits at a shell the range keeps pace by itself: that much is not owed again. */
  const catchUp = async (): Promise<void> => {
    // A real range keeps its own time.
    if (!time.jumps) return;
    const owedMs = wall.now() - wallAtMs - (time.now() - rangeAtMs);
    count();
    if (owedMs > 0) await time.advance(owedMs);
  };
  return {
    inStep: async (work) => {
      await catchUp();
      try {
        return await work();
      } finally {
        count();
      }
    },
  };
}
