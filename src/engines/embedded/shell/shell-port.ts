import type { RangeTerminal, TerminalSize } from "../../../world/engine.ts";
import type { Machine } from "../machine.ts";
import type { Command, CommandResult, Console } from "./command.ts";

/**
 * Makes shells for one machine. A shell is a small value (directory, variables, functions, aliases, history) and costs nothing
 * until a line is run: make one for each `docker exec`-like call and one for each terminal.
 * @param commands by name, what the machine's daemons bring along; the shell adds its own, and these win over them
 */
export type ShellFactory = (machine: Machine, commands: ReadonlyMap<string, Command>) => Shell;

/** A root shell on one machine. What a line changes (directory, variables, functions, aliases) is there for the next. */
export interface Shell {
  /**
   * Runs one command line (or a script of several lines) and gives its whole output. Never rejects: what goes wrong is in the
   * exit code and on stderr, 130 when the signal ended it.
   */
  run(line: string, options?: ShellRun): Promise<ShellResult>;
  /** An interactive session with prompt, line editing, history and full-screen programs. Ends at `exit` or Ctrl-D. */
  terminal(size: TerminalSize): RangeTerminal;
}

export interface ShellRun {
  readonly stdin?: string;
  /** Where to start; else where the line before ended, root's home at first. */
  readonly cwd?: string;
  /** Variables set and exported before the line. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /**
   * The learner's screen and keyboard. A line that is one command then runs on it and streams its output there (tail -f, telnet,
   * less); stdout and stderr of the result hold only what was not shown yet.
   */
  readonly console?: Console;
}

export interface ShellResult extends CommandResult {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** True when the line ended the shell (`exit`). */
  readonly exited: boolean;
}
