import type { DaemonKind } from "../../world/world.ts";
import type { Machine } from "./machine.ts";
import type { Command } from "./shell/command.ts";

/** A simulated daemon kind: how it starts on a machine, and the commands that its package brings along. */
export interface SimulatedDaemon {
  readonly kind: DaemonKind;
  /**
   * Starts on this machine from the files that are there now.
   * @param memory what `Program.memory()` gave in the range this one was forked from; undefined after a cold start
   * @throws StartFailure when the real program would refuse to start; its log lines are written before.
   */
  start(machine: Machine, memory?: unknown): Program;
  readonly commands: readonly Command[];
}

/** A running daemon. Everything that must outlive a restart stands in the machine's files (queue, mailboxes, logs). */
export interface Program {
  readonly kind: DaemonKind;
  /** Reads the files again, with the real program's semantics (a broken zone keeps the old one, ...). */
  reload(): void;
  /** Closes listeners and connections, cancels timers, writes the lines that the real program writes. */
  stop(): void;
  /** State of memory only (caches, counters), as a value that `structuredClone` accepts, for a fork. */
  memory?(): unknown;
}

/** The daemon would not start. `message` is what it printed on the console. */
export class StartFailure extends Error {
  readonly kind: DaemonKind;

  constructor(kind: DaemonKind, message: string) {
    super(message);
    this.name = "StartFailure";
    this.kind = kind;
  }
}
