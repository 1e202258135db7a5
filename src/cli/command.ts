import type { Command } from "commander";
import type { CliContext } from "./context.ts";

/** One command of the command line: its arguments and options, and what it does. One command, one file. */
export interface CliCommand {
  /** Declares arguments and options; the summary stands in the list of commands. */
  define(command: Command): void;
  /**
   * Does the work.
   * @param args positional arguments as declared, undefined where an optional one is missing; a variadic one is an array
   * @returns the exit code (see exit.ts)
   */
  run(context: CliContext, args: readonly unknown[], options: Readonly<Record<string, unknown>>): Promise<number>;
}
