import type { Clock } from "../../../../base/clock.ts";

/** What a dead destination's mail is deferred with: `delivery temporarily suspended: ...`. */
export interface Suspension {
  readonly dsn: string;
  readonly text: string;
}

/** What a queue knows of its destination, apart from deliveries under way. */
export interface DestinationMemory {
  readonly window: number;
  readonly successes: number;
  readonly failedCohorts: number;
  readonly lastDoneAtMs: number;
  readonly dead?: { readonly suspension: Suspension; readonly untilMs: number };
}

export interface ConcurrencySettings {
  /** `initial_destination_concurrency` */
  readonly initial: number;
  /** `..._destination_concurrency_limit`; 0 is no limit */
  readonly limit: number;
  /** `..._destination_concurrency_failed_cohort_limit` */
  readonly failedCohortLimit: number;
  /** How long a dead destination is left alone (`minimal_backoff_time`). */
  readonly retryAfterMs: number;
}

/**
 * qmgr's queue for one destination of one transport (qmgr_queue.c): how many deliveries may run at once. The window opens by
 * one after as many successes as it is wide and closes by one with each failure; whole windows of failures in a row
 * ("failed cohorts") declare the destination dead for a while.
 */
export class DestinationQueue {
  readonly #clock: Clock;
  readonly #settings: ConcurrencySettings;
  readonly #waiting: ((suspension: Suspension | undefined) => void)[] = [];
  #window: number;
  #busy = 0;
  #successes = 0;
  #failedCohorts = 0;
  #dead: { readonly suspension: Suspension; readonly untilMs: number } | undefined;
  /** When the last delivery ended, milliseconds. */
  #lastDoneAtMs = Number.NEGATIVE_INFINITY;

  /** @param memory of the same queue in the range that this one was forked from */
  constructor(clock: Clock, settings: ConcurrencySettings, memory?: DestinationMemory) {
    this.#clock = clock;
    this.#settings = settings;
    this.#window = memory?.window ?? settings.initial;
    if (memory === undefined) return;
    this.#successes = memory.successes;
    this.#failedCohorts = memory.failedCohorts;
    this.#lastDoneAtMs = memory.lastDoneAtMs;
    if (memory.dead === undefined) return;
    if (memory.dead.untilMs > clock.now()) this.#suspend(memory.dead.suspension, memory.dead.untilMs);
    else this.#revive();
  }

  memory(): DestinationMemory {
    return {
      window: this.#window,
      successes: this.#successes,
      failedCohorts: this.#failedCohorts,
      lastDoneAtMs: this.#lastDoneAtMs,
      ...(this.#dead !== undefined && { dead: { suspension: this.#dead.suspension, untilMs: this.#dead.untilMs } }),
    };
  }

  /** Waits for a turn. @returns why there is none, when the destination is dead */
  enter(): Promise<Suspension | undefined> {
    if (this.#dead !== undefined) return Promise.resolve(this.#dead.suspension);
    if (this.#busy < this.#window) {
      this.#busy += 1;
      return Promise.resolve(undefined);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Deliveries run side by side or back to back: connections are worth keeping. */
  get lively(): boolean {
    return this.#busy > 1 || this.#lastDoneAtMs + 1000 >= this.#clock.now();
  }

  /** Nothing runs, waits or is remembered: the queue may be forgotten. */
  get empty(): boolean {
    return this.#busy === 0 && this.#waiting.length === 0 && this.#dead === undefined;
  }

  /** A delivery ended. @param trouble what was wrong with the destination as a whole */
  leave(trouble: Suspension | undefined): void {
    this.#busy -= 1;
    this.#lastDoneAtMs = this.#clock.now();
    if (trouble === undefined) this.#succeed();
    else this.#fail(trouble);
    this.#admit();
  }

  #succeed(): void {
    this.#failedCohorts = 0;
    const { limit } = this.#settings;
    if (limit !== 0 && this.#window >= limit) return;
    this.#successes += 1;
    if (this.#successes < this.#window) return;
    this.#successes = 0;
    this.#window += 1;
  }

  #fail(trouble: Suspension): void {
    if (this.#dead !== undefined) return;
    this.#failedCohorts += 1 / this.#window;
    const { failedCohortLimit, retryAfterMs } = this.#settings;
    if (failedCohortLimit > 0 && this.#failedCohorts >= failedCohortLimit) {
      const suspension = { dsn: trouble.dsn, text: `delivery temporarily suspended: ${trouble.text}` };
      this.#suspend(suspension, this.#clock.now() + retryAfterMs);
      for (const wake of this.#waiting.splice(0)) wake(suspension);
      return;
    }
    this.#window = Math.max(1, this.#window - 1);
    this.#successes = 0;
  }

  #suspend(suspension: Suspension, untilMs: number): void {
    this.#dead = { suspension, untilMs };
    this.#clock.setTimeout(() => this.#revive(), untilMs - this.#clock.now());
  }

  #revive(): void {
    this.#dead = undefined;
    this.#window = 1;
    this.#failedCohorts = 0;
  }

  #admit(): void {
    while (this.#busy < this.#window) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#busy += 1;
      next(undefined);
    }
  }
}
