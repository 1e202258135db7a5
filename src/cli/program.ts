import { Command, CommanderError } from "commander";
import { ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import { commands } from "./commands.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { printProblems } from "./print-problems.ts";

/**
 * Parses a command line and runs the command it names.
 * @param argv without node and script
 * @returns the exit code; problems were printed on stderr
 */
export async function runProgram(argv: readonly string[], context: CliContext): Promise<number> {
  const program = new Command("maildrill")
    .description("A flight simulator for mail: trace and mend broken mail worlds.")
    .version(context.version)
    .helpCommand(true)
    .exitOverride()
    .configureOutput({ writeOut: context.stdout.write, writeErr: context.stderr.write });
  let code: number = exit.done;
  for (const entry of commands) {
    const subcommand = program.command(entry.name).description(entry.summary).exitOverride().configureOutput(program.configureOutput());
    if (!needsDefinition(argv, entry.name)) continue;
    const command = await entry.load();
    command.define(subcommand);
    subcommand.action(async (...given: unknown[]) => {
      const [options] = given.splice(-2) as [Record<string, unknown>];
      code = await command.run(context, given, options);
    });
  }
  try {
    const [first] = argv;
    if (first === undefined) return await (await import("./home.ts")).home(context);
    if (!first.startsWith("-") && first !== "help" && !commands.some(({ name }) => name === first)) {
      throw new ProblemError(
        unknownId(
          "command",
          first,
          commands.map(({ name }) => name),
        ),
      );
    }
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    return answerError(error, context);
  }
}

/** Only the command that is typed, or asked help of, needs its file. */
function needsDefinition(argv: readonly string[], name: string): boolean {
  return argv[0] === name || (argv[0] === "help" && argv[1] === name);
}

function answerError(error: unknown, context: CliContext): number {
  // Whoever ends us knows that; what could not be taken down on the way is told all the same.
  const lost = error instanceof ProblemError && error.problems.some(({ code }) => code.startsWith("engine-"));
  if (context.signal.aborted && !lost) return exit.interrupted;
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.wrongUse;
  if (error instanceof ProblemError) {
    printProblems(error.problems, context);
    return lost ? exit.noEngine : exit.wrongUse;
  }
  throw error;
}
