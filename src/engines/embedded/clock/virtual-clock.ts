import type { Clock, Timer } from "../../../base/clock.ts";
import { createTimerHeap, type VirtualTimer } from "./timer-heap.ts";

/**
 * A clock that moves from event to event. Nothing moves it but `advance` and `runUntil`, and it moves only when the
 * range is quiet: a promise, a stream or a TLS record under way takes turns of the event loop, never virtual time.
 */
export interface VirtualClock extends Clock {
  /** Timers that have not fired yet. */
  readonly pending: number;
  /** Lets `durationMs` pass; every timer due by then fires, each at its own instant. */
  advance(durationMs: number): Promise<void>;
  /**
   * Lets as much time pass as the promise needs, and settles as it does, once the range is quiet again.
   * @param limitMs the most time that may pass
   * @throws StalledError when no timer is left that could settle the promise, or the limit is reached
   */
  runUntil<T>(promise: PromiseLike<T>, limitMs?: number): Promise<T>;
  /** No time passes; resolves when the work in flight has come to rest. */
  settle(): Promise<void>;
  /**
   * Time stands still until the returned function is called: for work outside the range's own event loop (the thread
   * pool, a real file). Never hold across something that itself needs virtual time: that is a deadlock.
   */
  hold(): () => void;
  /** Something moved on the wire: quiet turns are counted afresh. */
  stir(): void;
  /** Ends the clock: timers are dropped, and who waits for time gets a StalledError. */
  stop(): void;
}

/** Time cannot bring what was waited for. */
export class StalledError extends Error {
  readonly reason: "no-timer-left" | "limit-reached" | "stopped";

  constructor(reason: StalledError["reason"], message: string) {
    super(message);
    this.name = "StalledError";
    this.reason = reason;
  }
}

/**
 * Event-loop turns without movement after which the range counts as quiet. Measured: with 0 or 1 time overtakes data;
 * 2, 3, 4 and 8 give the same log; 4 leaves room for a TLS record on the way through a Duplex.
 */
const QUIET_TURNS = 4;

/** What somebody waits for. `atMs`: the instant at which the waiting ends in any case. */
interface Goal {
  readonly atMs: number;
  readonly kind: "instant" | "promise" | "rest";
  settled: boolean;
  /** Ends the waiting: keeps or breaks what the caller was given. */
  readonly end: (error?: Error) => void;
}

/** @param startsAtMs milliseconds since the Unix epoch */
export function createVirtualClock(startsAtMs: number): VirtualClock {
  let nowMs = startsAtMs;
  let sequence = 0;
  let stirs = 0;
  let seenStirs = 0;
  let quietTurns = 0;
  let holds = 0;
  let running = false;
  let stopped = false;
  let timers = createTimerHeap();
  const goals = new Set<Goal>();

  const endGoal = (goal: Goal, error?: Error): void => {
    goals.delete(goal);
    goal.end(error);
  };

  const endAll = (error: Error): void => {
    for (const goal of [...goals]) endGoal(goal, error);
  };

  /** One turn of the event loop. Time may move only at the end of a quiet spell. */
  const turn = (): void => {
    if (holds > 0 || goals.size === 0) {
      running = false;
      return;
    }
    if (stirs === seenStirs) quietTurns++;
    else quietTurns = 0;
    seenStirs = stirs;
    if (quietTurns >= QUIET_TURNS) {
      quietTurns = 0;
      move();
    }
    setImmediate(turn);
  };

  /** The range is quiet: end what is reached, else go to the next instant that matters. */
  const move = (): void => {
    const reached = [...goals].filter((goal) => goal.settled || goal.kind === "rest");
    for (const goal of reached) endGoal(goal);
    // Whoever waited gets its turn before time goes on for the others.
    if (reached.length > 0 || goals.size === 0) return;
    let limitMs = Number.POSITIVE_INFINITY;
    for (const goal of goals) limitMs = Math.min(limitMs, goal.atMs);
    const next = timers.peek();
    if (next !== undefined && next.atMs <= limitMs) {
      fire();
    } else if (limitMs < Number.POSITIVE_INFINITY) {
      nowMs = Math.max(nowMs, limitMs);
      for (const goal of [...goals]) if (goal.atMs <= nowMs) endGoal(goal, goal.kind === "promise" ? limitReached() : undefined);
    } else {
      endAll(new StalledError("no-timer-left", "Nothing is left in the range that could bring what was waited for."));
    }
  };

  const fire = (): void => {
    const timer = timers.take() as VirtualTimer;
    nowMs = Math.max(nowMs, timer.atMs);
    try {
      timer.callback();
    } catch (error) {
      // A bug in a program; whoever moved the clock must hear of it.
      endAll(error as Error);
    }
    // What the callback itself moved is over; only what moves in the turns after it counts.
    seenStirs = stirs;
  };

  const run = (): void => {
    if (running || goals.size === 0 || holds > 0) return;
    running = true;
    quietTurns = 0;
    setImmediate(turn);
  };

  const wait = (kind: Goal["kind"], atMs: number, end: Goal["end"]): Goal => {
    const goal: Goal = { kind, atMs, settled: false, end };
    if (stopped) {
      end(new StalledError("stopped", "The range is down; its clock stands still."));
      return goal;
    }
    goals.add(goal);
    run();
    return goal;
  };

  return {
    now: () => nowMs,
    setTimeout(callback, delayMs) {
      const timer: VirtualTimer = { atMs: nowMs + Math.max(0, delayMs || 0), sequence: sequence++, callback, live: !stopped };
      if (timer.live) timers.add(timer);
      return timer;
    },
    clearTimeout(timer: Timer) {
      if (!stopped && timer !== undefined && timer !== null) timers.clear(timer as VirtualTimer);
    },
    get pending() {
      return timers.size;
    },
    advance(durationMs) {
      return new Promise((resolve, reject) => {
        wait("instant", nowMs + Math.max(0, durationMs), (error) => (error === undefined ? resolve() : reject(error)));
      });
    },
    runUntil<T>(promise: PromiseLike<T>, limitMs = Number.POSITIVE_INFINITY) {
      return new Promise<T>((resolve, reject) => {
        let outcome = (): void => {};
        const goal = wait("promise", nowMs + limitMs, (error) => (error === undefined ? outcome() : reject(error)));
        const settle = (then: () => void): void => {
          outcome = then;
          goal.settled = true;
        };
        promise.then(
          (value) => settle(() => resolve(value)),
          (reason) => settle(() => reject(reason)),
        );
      });
    },
    settle() {
      return new Promise((resolve, reject) => {
        wait("rest", Number.POSITIVE_INFINITY, (error) => (error === undefined ? resolve() : reject(error)));
      });
    },
    hold() {
      holds++;
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        holds--;
        stirs++;
        run();
      };
    },
    stir() {
      stirs++;
    },
    stop() {
      stopped = true;
      timers = createTimerHeap();
      endAll(new StalledError("stopped", "The range went down."));
    },
  };
}

function limitReached(): StalledError {
  return new StalledError("limit-reached", "The time that this was given is over.");
}
