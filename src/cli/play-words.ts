import { ProblemError } from "../base/problem.ts";
import { parseDurationMs } from "../base/quantity.ts";
import { unknownId } from "../base/registry.ts";
import { causes } from "../faults/causes.ts";
import { causesOffered } from "../scenario/diagnosis.ts";
import { learnersHosts } from "../scenario/stage.ts";
import type { LearnerTerminals } from "../session/learner-terminals.ts";
import { pinsOf } from "../session/pins.ts";
import type { PlaySession } from "../session/play-session.ts";
import { judgedText } from "./print-judged.ts";

/** What a colon command works on. */
export interface PlayTable {
  readonly session: PlaySession;
  readonly terminals: LearnerTerminals;
  /** Lines as they are. */
  say(text: string): void;
  /** Prose, filled to the width of the screen. */
  read(markdown: string): void;
}

interface Word {
  readonly usage: string;
  readonly about: string;
  /** @returns true when the session is over */
  run(table: PlayTable, args: readonly string[]): Promise<boolean> | boolean;
}

/** Commands to Maildrill, typed after a colon where the shell waits for a command. */
export const words: Readonly<Record<string, Word>> = {
  help: { usage: "help", about: "these commands", run: ({ say }) => said(say, helpText()) },
  ticket: { usage: "ticket", about: "what was reported", run: ({ read, session }) => said(read, session.stage.compiled.ticket) },
  goals: { usage: "goals", about: "what is to be reached", run: ({ say, session }) => said(say, goalsText(session)) },
  on: { usage: "on HOST", about: "go to another host's shell", run: goTo },
  pin: { usage: "pin", about: "keep what the last command printed as evidence", run: pin },
  hint: {
    usage: "hint",
    about: "the next hint",
    run: ({ say, session }) => said(say, session.nextHint() ?? "There are no more hints."),
  },
  causes: { usage: "causes", about: "what it might be", run: ({ say, session }) => said(say, causesText(session)) },
  diagnose: { usage: "diagnose HOST CAUSE", about: "say where the cause lies and what it is", run: diagnose },
  escalate: { usage: "escalate PARTY", about: "write to other people, with all that you have pinned", run: escalate },
  answer: {
    usage: "answer GOAL TEXT",
    about: "answer a question among the goals",
    run: ({ say, session }, [goal, ...rest]) => {
      session.answer(goal ?? "", rest.join(" "));
      return said(say, "Noted. :check tells whether it is right.");
    },
  },
  check: { usage: "check", about: "is it mended?", run: check },
  jump: { usage: "jump 5m", about: "let time pass", run: jump },
  quit: { usage: "quit", about: "leave; the range is taken down", run: () => true },
  "give-up": {
    usage: "give-up",
    about: "see how it was",
    run: ({ read, session }) => {
      session.giveUp();
      read(session.stage.compiled.debrief);
      return true;
    },
  },
};

/** Runs one colon command. What is wrong with it is said, never thrown. @returns true when the session is over */
export async function runWord(table: PlayTable, line: string): Promise<boolean> {
  const [name = "", ...args] = line.trim().split(/\s+/);
  const word = words[name];
  try {
    if (word === undefined) throw new ProblemError(unknownId("command", name, Object.keys(words)));
    return await word.run(table, args);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return said(table.say, error.message);
  }
}

function said(say: (text: string) => void, text: string): false {
  say(text.trim());
  return false;
}

function helpText(): string {
  const width = Math.max(...Object.values(words).map(({ usage }) => usage.length)) + 1;
  return Object.values(words)
    .map(({ usage, about }) => `:${usage.padEnd(width)} ${about}`)
    .join("\n");
}

function goalsText({ stage }: PlaySession): string {
  return stage.compiled.objectives
    .map((objective) => ("question" in objective ? `${objective.id}: ${objective.question}` : objective.goal))
    .join("\n");
}

function causesText({ stage }: PlaySession): string {
  const offered = causesOffered(stage.compiled).map((id) => {
    const { title, summary } = causes.get(id);
    return `${id}\n    ${title}. ${summary}`;
  });
  return offered.length === 0 ? "Nothing is broken here; there is no cause to find." : offered.join("\n");
}

async function goTo({ session, terminals }: PlayTable, [host = ""]: readonly string[]): Promise<boolean> {
  const own = learnersHosts(session.stage);
  if (!own.includes(host)) {
    const hint = `You have shells on ${own.join(", ")}; other machines are other people's.`;
    throw new ProblemError({ ...unknownId("host of yours", host, own), hint });
  }
  await terminals.goTo(host);
  return false;
}

function pin({ session, terminals, say }: PlayTable): boolean {
  const output = terminals.lastOutput();
  if (output === "") return said(say, "The last command printed nothing.");
  const pins = pinsOf(output, terminals.host(), session.stage.range.lines());
  for (const one of pins) session.pin(one);
  const lines = pins.filter(({ kind }) => kind === "line").length;
  return said(say, `Pinned: what ${terminals.host()} printed${lines > 0 ? `, ${lines} log lines in it` : ""}.`);
}

function diagnose({ session, say }: PlayTable, [place = "", cause = ""]: readonly string[]): boolean {
  const verdict = session.diagnose(place, cause);
  const { diagnosis } = session.stage.compiled;
  if (verdict.status === "right") return said(say, "That is it, and what you pinned shows it. Now mend it.");
  if (verdict.status === "wrong-cause") return said(say, `It does not fit: ${verdict.contradicted}`);
  if (verdict.status === "wrong-place") return said(say, "That may happen, but not there. Whose file would you have to change?");
  return said(
    say,
    `It may be so. What you pinned does not show it yet: ${verdict.missing} of ${diagnosis?.evidence.length ?? 0} pieces are missing.`,
  );
}

async function escalate({ session, say, read }: PlayTable, words: readonly string[]): Promise<boolean> {
  const { parties } = session.stage.compiled;
  if (words.length === 0) return said(say, parties.map(({ name, runs }) => `${name.toLowerCase()}\n    ${runs}`).join("\n"));
  const { party, verdict } = await session.escalate(words.join(" "));
  const minutes = verdict.status === "taken" ? Math.ceil(verdict.fix.afterMs / 60_000) : 0;
  const count = session.pins().length;
  const shown = `${count === 1 ? "1 pin" : `${count} pins`} sent.${minutes > 0 ? ` An answer after ${minutes} min:` : ""}`;
  read(`${shown}\n\n> ${verdict.says}\n\n${party.name}`);
  return false;
}

async function check({ session, say, read }: PlayTable): Promise<boolean> {
  const { solved, judged } = await session.check();
  say(judgedText(judged).trimEnd());
  if (!solved) return said(say, "Not yet.");
  say("Mended.\n");
  read(session.stage.compiled.debrief);
  return true;
}

async function jump({ session, say }: PlayTable, [duration = ""]: readonly string[]): Promise<boolean> {
  const durationMs = parseDurationMs(duration);
  if (durationMs === undefined) {
    throw new ProblemError({ code: "bad-duration", message: `${JSON.stringify(duration)} is no duration.`, hint: "Write 30s, 5m or 2h." });
  }
  await session.stage.range.time.advance(durationMs);
  return said(say, `It is ${new Date(session.stage.range.time.now()).toISOString().replace("T", " ").slice(0, 19)} UTC.`);
}
