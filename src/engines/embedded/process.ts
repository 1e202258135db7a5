import type { Clock, Timer } from "../../base/clock.ts";

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
  return new KernelProcess(clock);
}

/** Classes here and in the wire, not closures: a thousand ranges hold tens of thousands of them. */
class KernelProcess implements Process {
  readonly clock: Clock;
  #state: Process["state"] = "running";
  #waiting: (() => void)[] = [];
  readonly #open = new Set<() => void>();

  constructor(clock: Clock) {
    this.clock = new ProcessClock(clock, this);
  }

  get state(): Process["state"] {
    return this.#state;
  }

  pass(work: () => void): void {
    if (this.#state === "running") work();
    else if (this.#state === "frozen") this.#waiting.push(work);
  }

  own(close: () => void): () => void {
    this.#open.add(close);
    return () => {
      this.#open.delete(close);
    };
  }

  freeze(): void {
    if (this.#state === "running") this.#state = "frozen";
  }

  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "running";
    const due = this.#waiting;
    this.#waiting = [];
    for (const [index, work] of due.entries()) {
      // The work may freeze or end the program again.
      if (this.state !== "running") {
        if (this.state === "frozen") this.#waiting = [...due.slice(index), ...this.#waiting];
        return;
      }
      work();
    }
  }

  end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#waiting = [];
    for (const close of [...this.#open].reverse()) close();
    this.#open.clear();
  }
}

interface ProcessTimer {
  cleared: boolean;
  inner: Timer;
}

/** A timer that is due while its program is frozen fires at the thaw, unless it was cleared meanwhile. */
class ProcessClock implements Clock {
  readonly #clock: Clock;
  readonly #process: Process;

  constructor(clock: Clock, process: Process) {
    this.#clock = clock;
    this.#process = process;
  }

  now(): number {
    return this.#clock.now();
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const timer: ProcessTimer = { cleared: false, inner: undefined };
    if (this.#process.state === "ended") return timer;
    const fire = (): void => {
      if (!timer.cleared) callback();
    };
    timer.inner = this.#clock.setTimeout(() => this.#process.pass(fire), delayMs);
    return timer;
  }

  clearTimeout(timer: Timer): void {
    if (timer === undefined || timer === null) return;
    const own = timer as ProcessTimer;
    own.cleared = true;
    this.#clock.clearTimeout(own.inner);
  }

  hold(): () => void {
    return this.#clock.hold?.() ?? (() => {});
  }
}
