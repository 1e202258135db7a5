import type { Clock, Timer } from "../../../../base/clock.ts";
import type { Random } from "../../../../base/random.ts";

/** One process of a service of master.cf, busy with one job. */
export interface Worker {
  /** What the log calls it: `smtpd`, `relay/smtp`. */
  readonly name: string;
  readonly pid: number;
  /** How long it takes until the process is at work: a new one is started first. Milliseconds. */
  readonly startMs: number;
  /** It was started for this job. */
  readonly fresh: boolean;
  /** The job is done; the process waits for the next one, up to `max_idle`. */
  release(): void;
}

interface Idle {
  readonly pid: number;
  readonly uses: number;
  readonly timer: Timer;
}

/** `max_use`: a process ends after so many jobs. */
const maxUses = 100;

/**
 * The processes of master.cf's services. A process that is done serves again: the one that has waited longest comes first,
 * as the kernel wakes the processes that wait for the same socket in turn.
 */
export class Processes {
  readonly #clock: Clock;
  readonly #newPid: () => number;
  readonly #maxIdleMs: () => number;
  readonly #random: Random;
  readonly #idle = new Map<string, Idle[]>();
  /** Raised by a reload: processes of an older generation end when their job is done. */
  #generation = 0;

  constructor(clock: Clock, random: Random, newPid: () => number, maxIdleMs: () => number) {
    this.#clock = clock;
    this.#random = random;
    this.#newPid = newPid;
    this.#maxIdleMs = maxIdleMs;
  }

  /**
   * A process for one job.
   * @param service its line in master.cf: `smtp/inet`
   * @param name what the log calls it
   */
  take(service: string, name: string): Worker {
    const idle = this.#idle.get(service)?.shift();
    if (idle !== undefined) this.#clock.clearTimeout(idle.timer);
    const pid = idle?.pid ?? this.#newPid();
    const uses = (idle?.uses ?? 0) + 1;
    const generation = this.#generation;
    let released = false;
    return {
      name,
      pid,
      fresh: idle === undefined,
      startMs: idle === undefined ? 15 + this.#random.below(45) : 1 + this.#random.below(3),
      release: () => {
        if (released) return;
        released = true;
        if (generation === this.#generation && uses < maxUses) this.#rest(service, pid, uses);
      },
    };
  }

  /** After a reload every process is a new one. */
  renew(): void {
    this.#generation += 1;
    for (const waiting of this.#idle.values()) for (const idle of waiting) this.#clock.clearTimeout(idle.timer);
    this.#idle.clear();
  }

  #rest(service: string, pid: number, uses: number): void {
    const waiting = this.#idle.get(service) ?? [];
    this.#idle.set(service, waiting);
    const timer = this.#clock.setTimeout(() => {
      const at = waiting.findIndex((each) => each.pid === pid);
      if (at !== -1) waiting.splice(at, 1);
    }, this.#maxIdleMs());
    waiting.push({ pid, uses, timer });
  }
}
