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
