import type { ZodType } from "zod";
import type { Problem } from "../base/problem.ts";
import type { Event } from "../world/event.ts";
import type { DaemonKind, HostKey, Network, Pace } from "../world/world.ts";

/**
 * A daemon kind: pure knowledge about one real program. Settings are rendered into the files that the program reads;
 * files are read back into the policy that the simulated program follows; its log has one dialect.
 */
export interface DaemonDefinition<Settings, Policy> {
  readonly id: DaemonKind;
  readonly summary: string;
  readonly settings: ZodType<Settings>;
  /** Path → text, in Debian's real places and syntax. */
  render(settings: Settings, place: Placement): Readonly<Record<string, string>>;
  /** What the program makes of its files. Problems carry the words the real program prints, with file and line. */
  read(files: FileReader): { readonly policy: Policy; readonly problems: readonly Problem[] };
  readonly log: LogDialect;
}

/** What rendering may know about where the daemon stands. */
export interface Placement {
  readonly key: HostKey;
  /** Fully qualified host name. */
  readonly name: string;
  readonly pace: Pace;
  readonly addresses: readonly string[];
  readonly networks: readonly Network[];
}

/** Read access to one host's files. */
export interface FileReader {
  /** The text, or undefined when there is no such file. */
  read(path: string): string | undefined;
  /** Names in a directory, sorted; empty when there is none. */
  list(path: string): readonly string[];
}

/** One program's log format. */
export interface LogDialect {
  readonly daemon: DaemonKind;
  /** Where Debian's package writes it. */
  readonly path: string;
  /** The line that says the daemon serves (readiness on docker). */
  readonly ready: RegExp;
  /** A reader that takes lines in order; it may hold state, because some events span lines. */
  reader(context: LogContext): LogReader;
  /** The line, without a newline. Most dialects print one line an event. */
  format(event: Event): string;
}

export interface LogContext {
  /** The year of the first line: syslog stamps carry none. A stamp that runs backwards by months is the next year. */
  readonly year: number;
  /** The host the log belongs to, where the lines do not name one. */
  readonly host: HostKey;
}

export interface LogReader {
  /** The event, or undefined when the line is not of this dialect. A line of the dialect without structure is a `remark`. */
  read(line: string): Event | undefined;
}
