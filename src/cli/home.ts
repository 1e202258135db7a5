import type { CliContext } from "./context.ts";
import { playDemo } from "./demo.ts";
import { exit } from "./exit.ts";
import { openLibrary } from "./library.ts";
import { printList } from "./list.ts";
import { playHome } from "./play.ts";
import { printProblems } from "./print-problems.ts";

/** The scenario that shows most in one minute. */
const showpiece = "side-door";

/**
 * `maildrill` alone: with a terminal, the home screen; without one, the list, then one demo played to its end,
 * and how to go on.
 */
export async function home(context: CliContext): Promise<number> {
  const library = openLibrary(context);
  if (context.stdout.isTTY && context.openSurface !== undefined) return playHome(context, library);
  printProblems(library.problems, context);
  printList(context, library);
  if (context.stdout.isTTY) return playHome(context, library);
  const scenario = library.scenarios.find(({ text }) => text.codename === showpiece) ?? library.scenarios[0];
  if (scenario === undefined) return exit.no;
  const code = await playDemo(context, scenario, { engine: "embedded", seed: 0 });
  context.stdout.write("\nHow to go on\n");
  context.stdout.write("  maildrill                   in a terminal: choose a scenario and play it\n");
  context.stdout.write(`  maildrill play ${showpiece.padEnd(12)} find and mend it yourself\n`);
  context.stdout.write("  maildrill help              everything else\n");
  return code;
}
