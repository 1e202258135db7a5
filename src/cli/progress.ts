import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import { type Progress, progressOf } from "../session/journal/progress.ts";
import { scoreText } from "../session/journal/score-text.ts";
import { readExport, writeExport } from "../session/journal/transfer.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { defineLearner, type Learner, openLearner } from "./learner.ts";

/** `maildrill progress`: what a learner has done; and `progress export|import`, to carry it to another machine. */
export const progress: CliCommand = {
  define: (command) => {
    command
      .argument("[action]", "show, export or import", "show")
      .argument("[file]", "for export and import; standard output or input where it is not given")
      .option("--json", "print one JSON document")
      .option("--all", "all learners of this journal");
    defineLearner(command);
  },
  run: async (context, [action, file], options) => {
    const learner = openLearner(context, options);
    const whose = options.all === true ? undefined : learner.name;
    try {
      if (action === "show") return show(context, learner, whose, options.json === true);
      if (action === "export") return exportTo(context, learner, whose, file);
      if (action === "import") return await importFrom(context, learner, file);
      throw new ProblemError(unknownId("action", String(action), ["show", "export", "import"]));
    } finally {
      learner.journal.close();
    }
  },
};

function show({ stdout }: CliContext, { journal, name }: Learner, whose: string | undefined, json: boolean): number {
  const learners = progressOf(journal.sessions(whose));
  if (json) stdout.write(`${JSON.stringify({ learners }, null, 2)}\n`);
  else if (learners.length === 0) stdout.write(`${whose ?? name} has played nothing yet.\n`);
  else for (const learner of learners) stdout.write(progressText(learner));
  return exit.done;
}

/** One learner's scenarios and attempts as lines of text. */
export function progressText({ learner, scenarios }: Progress): string {
  const lines = scenarios.flatMap(({ codename, done, attempts }) => [
    `  ${done ? "[ok]" : "[ ] "} ${codename}\n`,
    ...attempts.map(({ outcome, seed, engine, startedAtMs, score }) => {
      const head = `       ${new Date(startedAtMs).toISOString().slice(0, 16).replace("T", " ")}  ${outcome} (${engine}, seed ${seed})\n`;
      return head + scoreText(score).replaceAll(/^(?=.)/gm, "         ");
    }),
  ]);
  return `${learner}\n${lines.join("")}`;
}

function exportTo({ stdout, stderr }: CliContext, { journal }: Learner, whose: string | undefined, file: unknown): number {
  const sessions = journal.sessions(whose);
  const document = writeExport(sessions);
  if (typeof file !== "string" || file === "-") stdout.write(document);
  else {
    writeFileSync(resolve(file), document, { mode: 0o600 });
    stderr.write(`${sessions.length} sessions are in ${resolve(file)}.\n`);
  }
  return exit.done;
}

async function importFrom({ stdin, stdout }: CliContext, { journal }: Learner, file: unknown): Promise<number> {
  const path = typeof file === "string" && file !== "-" ? resolve(file) : undefined;
  const sessions = readExport(path === undefined ? await text(stdin) : readText(path), path ?? "standard input");
  const { sessions: added, entries, parted } = journal.merge(sessions);
  stdout.write(`${added} new sessions, ${entries} new entries.\n`);
  if (parted.length > 0) stdout.write(`${parted.length} sessions went on differently here; what is here was kept: ${parted.join(", ")}.\n`);
  return exit.done;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new ProblemError({ code: "no-file", message, where: { file: path }, hint: "Name the file that `progress export` wrote." });
  }
}
