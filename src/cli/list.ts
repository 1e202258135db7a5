import { readable } from "../base/reading.ts";
import { type Lab, loadLabs, readLabFiles } from "../lesson/load-labs.ts";
import type { Library } from "../scenario/load-library.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { openLibrary } from "./library.ts";

/** `maildrill list`: what there is to play. Shows codenames and the tickets' words; never what a scenario is about. */
export const list: CliCommand = {
  define: (command) => {
    command.option("--json", "print one JSON document").option("--author", "with --json: ids and faults too (they give the answers away)");
  },
  run: async (context, _args, options) => {
    const library = openLibrary(context);
    if (options.json === true) context.stdout.write(`${JSON.stringify(asDocument(context, library, options.author === true), null, 2)}\n`);
    else printList(context, library);
    // What is broken is not hidden, but a list is no place for it.
    const files = new Set(library.problems.map(({ where }) => where?.file));
    if (files.size > 0) context.stderr.write(`${files.size} files do not load: maildrill doctor tells why.\n`);
    return exit.done;
  },
};

function asDocument(context: CliContext, library: Library, author: boolean): unknown {
  return {
    scenarios: library.scenarios.map((scenario) => ({ ...summaryOf(scenario), ...(author ? authorsPart(scenario) : {}) })),
    labs: openLabs(context, library).labs.map((lab) => ({ id: lab.id, title: lab.title, scenarios: codenamesOf(lab, library) })),
    worlds: [...library.worlds.keys()],
  };
}

function summaryOf({ text }: Scenario): Record<string, unknown> {
  const { codename, title, difficulty, minutes, engines } = text;
  return { codename, title, difficulty, minutes, engines, done: false };
}

function authorsPart({ id, text }: Scenario): Record<string, unknown> {
  return { id, faults: text.faults.map(({ use }) => use), teaches: text.teaches };
}

/** Scenarios as lines of text: codename, difficulty, minutes, title; the ticket's summary below. */
export function printList({ stdout, home }: Pick<CliContext, "stdout" | "home">, library: Library): void {
  const byDifficulty = [...library.scenarios].sort(
    (left, right) => left.text.difficulty - right.text.difficulty || left.text.minutes - right.text.minutes,
  );
  const width = Math.max(...byDifficulty.map(({ text }) => text.codename.length), 8);
  stdout.write("Scenarios\n");
  for (const { text } of byDifficulty) {
    const level = `${"*".repeat(text.difficulty)}${".".repeat(5 - text.difficulty)}`;
    stdout.write(`  ${text.codename.padEnd(width)}  ${level}  ${String(text.minutes).padStart(3)} min  ${text.title}\n`);
    stdout.write(`${indented(text.summary, width + 4, stdout.columns)}\n`);
  }
  stdout.write("\nLabs\n");
  for (const lab of openLabs({ home }, library).labs) {
    stdout.write(`  ${lab.title}: ${codenamesOf(lab, library).join(", then ")}\n`);
  }
}

/** Text below its heading, filled to the width of the screen. */
function indented(text: string, indent: number, columns: number): string {
  return readable(text, columns - indent).replaceAll(/^/gm, " ".repeat(indent));
}

/** The labs of this installation, and what is wrong with those that do not load. */
export function openLabs({ home }: Pick<CliContext, "home">, { scenarios }: Library): ReturnType<typeof loadLabs> {
  return loadLabs(
    readLabFiles(home),
    scenarios.map(({ id }) => id),
  );
}

/** In the order of the lesson; labs name scenarios by id, learners know them by codename. */
export function codenamesOf({ steps }: Lab, { scenarios }: Library): string[] {
  return steps.flatMap((step) => {
    if (step.kind !== "play") return [];
    return scenarios.find(({ id }) => id === step.scenario)?.text.codename ?? [];
  });
}
