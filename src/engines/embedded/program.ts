import type { DaemonKind } from "../../world/world.ts";

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
