import type { Clock, Timer } from "../../../../base/clock.ts";

/**
 * What is looked at every so often: a queue run, a look into maildrop. While there is nothing to see no timer runs, so that days
 * of an idle machine cost nothing; when there is, the beats fall where they would have fallen.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #options: HeartbeatOptions;
  #nextAtMs: number;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(clock: Clock, options: HeartbeatOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#nextAtMs = clock.now() + options.firstInMs;
    this.nudge();
  }

  /** Until the next beat, milliseconds. */
  get nextInMs(): number {
    this.#catchUp();
    return this.#nextAtMs - this.#clock.now();
  }

  /** There may be something to see. */
  nudge(): void {
    if (this.#stopped || this.#timer !== undefined || this.#options.idle()) return;
    this.#timer = this.#clock.setTimeout(() => this.#beat(), this.nextInMs);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }

  #beat(): void {
    this.#timer = undefined;
    this.#nextAtMs = this.#clock.now() + this.#options.periodMs;
    this.#options.beat();
    this.nudge();
  }

  /** Beats that nobody needed. */
  #catchUp(): void {
    const lateMs = this.#clock.now() - this.#nextAtMs;
    if (lateMs > 0 && this.#timer === undefined) this.#nextAtMs += Math.ceil(lateMs / this.#options.periodMs) * this.#options.periodMs;
  }
}

export interface HeartbeatOptions {
  readonly periodMs: number;
  readonly firstInMs: number;
  /** There is nothing to see. */
  idle(): boolean;
  beat(): void;
}
