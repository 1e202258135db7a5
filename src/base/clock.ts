/** What a timer is called by the clock that made it; opaque to everybody else. */
export type Timer = unknown;

/**
 * Time as a port (law 5). The shape of `setTimeout` and `clearTimeout` is the one xstate asks of a clock,
 * so the same object drives state machines, daemons and sessions.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  setTimeout(callback: () => void, delayMs: number): Timer;
  clearTimeout(timer: Timer): void;
  /**
   * Where time is virtual: it stands still until the answer is called, for work outside the event loop (a module read from disk).
   * A clock of real time has none.
   */
  hold?(): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** A promise that is kept once `delayMs` have passed on this clock. */
export function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, delayMs);
  });
}
