import type { Command } from "commander";
import { type Journal, openJournal } from "../session/journal/journal.ts";
import { journalPath, learnerName } from "../session/journal/place.ts";
import type { CliContext } from "./context.ts";

/** Who learns, and where it is written down. */
export interface Learner {
  readonly name: string;
  readonly journal: Journal;
  /** The options that say who it is, to be typed again: ` --learner ann`; "" where there were none. */
  readonly asTyped: string;
}

/** The options of every command that has to do with a learner. */
export function defineLearner(command: Command): Command {
  return command
    .option("--learner <name>", "who learns, where several share a machine (default: your user name)")
    .option("--journal <file>", "where sessions are written down (default: your data folder)");
}

/** @throws ProblemError `journal-...` when the journal cannot be opened */
export function openLearner({ env }: Pick<CliContext, "env">, options: Readonly<Record<string, unknown>>): Learner {
  const asTyped = ["learner", "journal"].flatMap((name) =>
    typeof options[name] === "string" ? ` --${name} ${quoted(options[name])}` : [],
  );
  return { name: learnerName(options.learner, env), journal: openJournal(journalPath(options.journal, env)), asTyped: asTyped.join("") };
}

/** A word as a shell reads it. */
function quoted(word: string): string {
  return /^[\w./@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
