import type { Machine } from "../../machine.ts";

/** An lmtp process: serves one client at a time and waits a minute for the next. */
export interface Worker {
  readonly pid: number;
  /** Connections so far. */
  readonly connections: number;
}

export interface WorkerState {
  readonly idle: readonly (Worker & { readonly sinceMs: number })[];
}

/** `default_idle_kill` */
const IDLE_MS = 60_000;

/** The lmtp processes of one Dovecot. */
export class WorkerPool {
  readonly #machine: Pick<Machine, "clock" | "newPid">;
  #idle: (Worker & { readonly sinceMs: number })[];

  constructor(machine: Pick<Machine, "clock" | "newPid">, from?: WorkerState) {
    this.#machine = machine;
    this.#idle = [...(from?.idle ?? [])];
  }

  /** A process for a new client: the one that has just become free, else a new one. */
  take(): Worker {
    const now = this.#machine.clock.now();
    this.#idle = this.#idle.filter((worker) => now - worker.sinceMs < IDLE_MS);
    const worker = this.#idle.pop();
    return { pid: worker?.pid ?? this.#machine.newPid(), connections: (worker?.connections ?? 0) + 1 };
  }

  giveBack({ pid, connections }: Worker): void {
    this.#idle.push({ pid, connections, sinceMs: this.#machine.clock.now() });
  }

  /** All of them end. */
  clear(): void {
    this.#idle = [];
  }

  state(): WorkerState {
    return { idle: this.#idle };
  }
}
