import type { Clock } from "../../base/clock.ts";

/**
 * What the kernel knows of one running program: whether it gets the processor, and what it holds open.
 * Packets, timers and signals reach a program through `pass`; a frozen one gets them when it thaws, an ended one never.
 */
export interface Process {
  /** The range's clock, for this program: its timers wait while it is frozen and are gone when it has ended. */
  readonly clock: Clock;
  readonly state: "running" | "frozen" | "ended";
  /** Runs the work now, or in order after a thaw. */
  pass(work: () => void): void;
  /** Notes something open (a listener, a socket); it is closed when the program ends. The answer strikes it off the list. */
  own(close: () => void): () => void;
  freeze(): void;
  thaw(): void;
  /** Closes what is still open, newest first. */
  end(): void;
}

export function createProcess(clock: Clock): Process {
  let state: Process["state"] = "running";
  let waiting: (() => void)[] = [];
  const open = new Set<() => void>();

  const pass = (work: () => void): void => {
    if (state === "running") work();
    else if (state === "frozen") waiting.push(work);
  };

  const thaw = (): void => {
    if (state !== "frozen") return;
    state = "running";
    const due = waiting;
    waiting = [];
    for (const [index, work] of due.entries()) {
      // The work may freeze or end the program again.
      if (state !== "running") {
        waiting = [...due.slice(index), ...waiting];
        return;
      }
      work();
    }
  };

  return {
    clock: processClock(clock, pass, () => state !== "ended"),
    get state() {
      return state;
    },
    pass,
    own(close) {
      open.add(close);
      return () => {
        open.delete(close);
      };
    },
    freeze() {
      if (state === "running") state = "frozen";
    },
    thaw,
    end() {
      if (state === "ended") return;
      state = "ended";
      waiting = [];
      for (const close of [...open].reverse()) close();
      open.clear();
    },
  };
}

/** A timer that is due while its program is frozen fires at the thaw, unless it was cleared meanwhile. */
function processClock(clock: Clock, pass: (work: () => void) => void, alive: () => boolean): Clock {
  return {
    now: () => clock.now(),
    setTimeout(callback, delayMs) {
      const timer = { cleared: false, inner: undefined as unknown };
      if (!alive()) return timer;
      timer.inner = clock.setTimeout(
        () =>
          pass(() => {
            if (!timer.cleared) callback();
          }),
        delayMs,
      );
      return timer;
    },
    clearTimeout(timer) {
      if (timer === undefined || timer === null) return;
      const own = timer as { cleared: boolean; inner: unknown };
      own.cleared = true;
      clock.clearTimeout(own.inner);
    },
    hold: () => clock.hold?.() ?? (() => {}),
  };
}
