import type { DaemonKind } from "../../world/world.ts";

/** A running daemon. Everything that must outlive a restart stands in the machine's files (queue, mailboxes, logs). */
export interface Program {
  readonly kind: DaemonKind;
  /** Process id of its main process (Postfix: master), as its log lines, ps, ss and systemctl show it. */
  readonly pid?: number;
  /** Reads the files again, with the real program's semantics (a broken zone keeps the old one, ...). */
  reload(): void;
  /**
   * Ends in order and writes the lines that the real program writes. Listeners, connections and timers that are still open
   * afterwards are closed by the kernel, as on a real machine.
   */
  stop(): void;
  /**
   * What a fork needs besides the files, as a value that `structuredClone` accepts: caches, counters, process ids, and the
   * settings as they were last read (the files may have been edited since). Looking must change nothing.
   */
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
