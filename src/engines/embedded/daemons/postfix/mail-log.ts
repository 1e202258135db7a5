import { postfixDialect } from "../../../../daemons/postfix/dialect.ts";
import type { Event } from "../../../../world/event.ts";
import type { Machine } from "../../machine.ts";
import { textOf } from "./byte-text.ts";

/** Who writes a line. */
export interface Author {
  /** The program as the log names it: `smtpd`, `relay/smtp`. */
  readonly name: string;
  readonly pid: number;
}

type WithoutOrigin<T> = T extends unknown ? Omit<T, "atMs" | "host" | "daemon" | "process" | "pid"> : never;
/** An event without what every line knows by itself. */
export type Occurrence = WithoutOrigin<Event>;

/** postlogd(8): every line of the mail system passes through here, formatted by the dialect. */
export class MailLog {
  readonly #machine: Machine;
  readonly #path: string;

  /** @param path `maillog_file`; the dialect's own where syslog would write it */
  constructor(machine: Machine, path: string) {
    this.#machine = machine;
    this.#path = path === "" ? postfixDialect.path : path;
  }

  write(author: Author, occurrence: Occurrence): void {
    const { clock, name } = this.#machine;
    const origin = {
      // The log has whole seconds; an event carries no more than its line.
      atMs: Math.floor(clock.now() / 1000) * 1000,
      host: name.split(".")[0] ?? name,
      daemon: "postfix" as const,
      process: author.name,
      pid: author.pid,
    };
    this.#machine.log("postfix", this.#path, textOf(postfixDialect.format({ ...occurrence, ...origin } as Event)));
  }

  info(author: Author, text: string): void {
    this.write(author, { event: "remark", level: "info", text });
  }

  warning(author: Author, text: string): void {
    this.write(author, { event: "remark", level: "warning", text });
  }

  /** @param text begins with its level: `fatal: usage: ...` */
  complaint(author: Author, text: string): void {
    const [, level, rest] = /^(warning|error|fatal): (.*)$/s.exec(text) ?? [];
    if (level === undefined || rest === undefined) this.info(author, text);
    else this.write(author, { event: "remark", level: level as "warning" | "error" | "fatal", text: rest });
  }
}
