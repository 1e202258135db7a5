import { ProblemError } from "../base/problem.ts";
import { parseDurationMs } from "../base/quantity.ts";
import { unknownId } from "../base/registry.ts";
import { pathOf } from "../session/journal/debrief.ts";
import type { JournalEntry } from "../session/journal/entry.ts";
import { scoreOf } from "../session/journal/score.ts";
import { pathText, scoreText } from "../session/journal/score-text.ts";
import type { PlaySession } from "../session/play-session.ts";
import { judgedText } from "./print-judged.ts";
import { causesText, escalationText, goalsText, partiesText, pinnedText, pinsText } from "./print-session.ts";

/** What a colon command works on. */
export interface PlayTable {
  readonly session: PlaySession;
  /** The session's journal so far. */
  readonly entries: () => readonly JournalEntry[];
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
  ticket: { usage: "ticket", about: "what was reported", run: ({ read, session }) => said(read, session.view().ticket) },
  goals: { usage: "goals", about: "what is to be reached", run: ({ say, session }) => said(say, goalsText(session.view())) },
  on: {
    usage: "on HOST",
    about: "go to another host's shell",
    run: async ({ session }, [host = ""]) => {
      await session.goTo(host);
      return false;
    },
  },
  pin: { usage: "pin", about: "keep what the last command printed as evidence", run: pin },
  pins: { usage: "pins", about: "what you kept so far", run: ({ say, session }) => said(say, pinsText(session.view())) },
  hint: {
    usage: "hint",
    about: "the next hint",
    run: ({ say, session }) => said(say, session.nextHint() ?? "There are no more hints."),
  },
  causes: { usage: "causes", about: "what it might be", run: ({ say, session }) => said(say, causesText(session.view())) },
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
  reset: { usage: "reset", about: "begin again with the range as it was; pins stay", run: reset },
  rebuild: {
    usage: "rebuild",
    about: "after the engine failed: bring the range back to where it was",
    run: async ({ session, say }) => {
      await session.rebuild();
      return said(say, "The range is back.");
    },
  },
  reply: { usage: "reply TEXT", about: "when it is mended: tell your user how it was, and close", run: reply },
  quit: {
    usage: "quit",
    about: "leave; the next `play` offers to go on",
    run: ({ say }) => {
      say("Until then.");
      return true;
    },
  },
  "give-up": {
    usage: "give-up",
    about: "see how it was",
    run: (table) => {
      table.session.giveUp();
      return debrief(table);
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

function pin({ session, say }: PlayTable): boolean {
  return said(say, pinnedText(session.pin()));
}

function diagnose({ session, say }: PlayTable, [place = "", cause = ""]: readonly string[]): boolean {
  return said(say, session.diagnose(place, cause).says);
}

async function escalate({ session, say, read }: PlayTable, words: readonly string[]): Promise<boolean> {
  const { pins, ...view } = session.view();
  if (words.length === 0) return said(say, partiesText(view));
  const { party, verdict } = await session.escalate(words.join(" "));
  const afterMs = verdict.status === "taken" ? verdict.fix.afterMs : 0;
  read(escalationText({ party: party.name, status: verdict.status, says: verdict.says, afterMs, pins: pins.length }));
  return false;
}

async function check({ session, say }: PlayTable): Promise<boolean> {
  const { solved, judged } = await session.check();
  say(judgedText(judged).trimEnd());
  if (!solved) return said(say, "Not yet.");
  return said(say, "Mended. Now your user waits for an answer: `:reply` and a sentence or two closes the ticket.");
}

async function reset({ session, say }: PlayTable): Promise<boolean> {
  await session.reset();
  await session.begin();
  return said(say, "The range is as it was at the beginning.");
}

function reply(table: PlayTable, words: readonly string[]): boolean {
  const text = words.join(" ");
  if (text === "") return said(table.say, "Say it in a sentence or two: what was wrong, and what you did.");
  table.session.reply(text);
  return debrief(table);
}

/** How it was, the way that the learner went, and how it went. */
function debrief({ session, entries, say, read }: PlayTable): true {
  read(session.view().debrief ?? "");
  say(`\nYour way\n${pathText(pathOf(entries()))}\n${scoreText(scoreOf(entries()))}`);
  return true;
}

async function jump({ session, say }: PlayTable, [duration = ""]: readonly string[]): Promise<boolean> {
  const durationMs = parseDurationMs(duration);
  if (durationMs === undefined) {
    throw new ProblemError({ code: "bad-duration", message: `${JSON.stringify(duration)} is no duration.`, hint: "Write 30s, 5m or 2h." });
  }
  const nowMs = await session.jump(durationMs);
  return said(say, `It is ${new Date(nowMs).toISOString().replace("T", " ").slice(0, 19)} UTC.`);
}
