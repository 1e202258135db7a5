import { rspamdLog } from "../../../../daemons/rspamd/log.ts";
import type { Event, Lifecycle, Origin } from "../../../../world/event.ts";
import type { Machine } from "../../machine.ts";

/** The process that writes a line. */
export interface Author {
  /** `main`, `rspamd_proxy`, `controller`, `hs_helper` */
  readonly process: string;
  readonly pid: number;
}

/** Rspamd's log file, written by events. */
export class FilterLog {
  readonly #machine: Machine;
  readonly #path: () => string;

  constructor(machine: Machine, path: () => string) {
    this.#machine = machine;
    this.#path = path;
  }

  /** @param text everything behind the process: tag and module too */
  remark(author: Author, text: string): void {
    this.write({ ...this.origin(author), event: "remark", level: "info", text });
  }

  lifecycle(author: Author, phase: Lifecycle["phase"], text: string): void {
    this.write({ ...this.origin(author), event: "lifecycle", phase, text });
  }

  write(event: Event): void {
    this.#machine.log("rspamd", this.#path(), rspamdLog.format(event));
  }

  origin({ process, pid }: Author): Origin {
    return { atMs: this.#machine.clock.now(), host: this.#machine.key, daemon: "rspamd", process, pid };
  }
}
