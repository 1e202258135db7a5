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
  /** The process ends, done or not. */
  die(): void;
}

/** A process that waits for its next job. */
export interface IdleProcess {
  readonly service: string;
  readonly pid: number;
  readonly uses: number;
  readonly untilMs: number;
}

interface Idle extends IdleProcess {
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
  /** What is to be done when a process ends, by its id. */
  readonly #endings = new Map<number, () => void>();
  /** Raised by a reload: processes of an older generation end when their job is done. */
  #generation = 0;

  /** @param idle the processes of the range that this one was forked from */
  constructor(clock: Clock, random: Random, newPid: () => number, maxIdleMs: () => number, idle: readonly IdleProcess[] = []) {
    this.#clock = clock;
    this.#random = random;
    this.#newPid = newPid;
    this.#maxIdleMs = maxIdleMs;
    for (const process of idle) this.#rest(process);
  }

  /** Those that wait, by service, those that have waited longest first. */
  memory(): readonly IdleProcess[] {
    return [...this.#idle.values()].flat().map(({ service, pid, uses, untilMs }) => ({ service, pid, uses, untilMs }));
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
        if (generation === this.#generation && uses < maxUses)
          this.#rest({ service, pid, uses, untilMs: this.#clock.now() + this.#maxIdleMs() });
        else this.#ended(pid);
      },
      die: () => {
        if (!released) this.#ended(pid);
        released = true;
      },
    };
  }

  /** Does something once a process has ended, such as closing what only it had open. */
  whenEnded(pid: number, then: () => void): void {
    this.#endings.set(pid, then);
  }

  #ended(pid: number): void {
    const then = this.#endings.get(pid);
    this.#endings.delete(pid);
    then?.();
  }

  /** After a reload every process is a new one. */
  renew(): void {
    this.#generation += 1;
    for (const waiting of this.#idle.values())
      for (const idle of waiting) {
        this.#clock.clearTimeout(idle.timer);
        this.#ended(idle.pid);
      }
    this.#idle.clear();
  }

  #rest(process: IdleProcess): void {
    const waiting = this.#idle.get(process.service) ?? [];
    this.#idle.set(process.service, waiting);
    const timer = this.#clock.setTimeout(
      () => {
        const at = waiting.findIndex((each) => each.pid === process.pid);
        if (at !== -1) waiting.splice(at, 1);
        this.#ended(process.pid);
      },
      Math.max(0, process.untilMs - this.#clock.now()),
    );
    waiting.push({ ...process, timer });
  }
}
