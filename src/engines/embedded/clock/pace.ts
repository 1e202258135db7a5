import type { VirtualClock } from "./virtual-clock.ts";

/** Often enough that typing and its answer feel immediate. */
const STEP_MS = 20;

/**
 * Lets a virtual clock go at real time's pace until the returned function is called. Does not keep the process alive.
 * @param factor virtual time over real time
 */
export function startPace(clock: VirtualClock, factor = 1): () => void {
  let last = performance.now();
  let moving = false;
  const step = async (): Promise<void> => {
    if (moving) return;
    moving = true;
    const now = performance.now();
    const passedMs = (now - last) * factor;
    last = now;
    try {
      await clock.advance(passedMs);
    } catch {
      // The range went down under us; whoever took it down stops the pace.
    }
    moving = false;
  };
  const ticking = setInterval(step, STEP_MS);
  ticking.unref();
  return () => clearInterval(ticking);
}
