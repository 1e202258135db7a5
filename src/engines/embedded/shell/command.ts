import type { Machine } from "../machine.ts";

/** A program that a learner can type on a host's shell. One command, one file. */
export interface Command {
  /** The name typed. Aliases are commands of their own. */
  readonly name: string;
  /** Resolves when the command has ended. Bad arguments are answered as the real program answers them. */
  run(call: CommandCall): Promise<CommandResult>;
}

export interface CommandCall {
  readonly machine: Machine;
  /** Without the name. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What a pipe or redirection feeds it; "" when nothing does. */
  readonly stdin: string;
  /**
   * Present when the command stands alone on an interactive terminal. An interactive program (telnet, less, tail -f, vi)
   * talks through it; without it such a program does what it does in a pipe.
   */
  readonly console?: Console;
  /** Aborted by Ctrl-C and when the range goes down. */
  readonly signal: AbortSignal;
  /**
   * Runs a command line in a child of the calling shell, as sudo, watch, xargs and timeout do.
   * Absent where no shell is the caller (a test that runs one command).
   */
  readonly shell?: (line: string, options?: ChildRun) => Promise<CommandResult>;
}

export interface ChildRun {
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In addition to the calling command's own signal. */
  readonly signal?: AbortSignal;
  /** Handed on when the child may use the terminal (sudo less). */
  readonly console?: Console;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** The learner's terminal, as an interactive command sees it. */
export interface Console {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  /** The next input: a line with its newline in line mode, keys as they come in raw mode; undefined at the end (Ctrl-D). */
  read(): Promise<string | undefined>;
  /** Raw mode is for full-screen programs. Line-by-line play has none: `raw` is then false and stays so. */
  readonly canBeRaw: boolean;
  setRaw(raw: boolean): void;
}
