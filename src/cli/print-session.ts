import { readable } from "../base/reading.ts";
import type { Pinned } from "../session/journal/entry.ts";
import { pathText, scoreText } from "../session/journal/score-text.ts";
import type { DebriefResponse, EscalationResponse } from "../session/range-protocol.ts";
import type { SessionView } from "../session/session-view.ts";

const marks = { pass: "[ok]  ", fail: "[no]  ", pending: "[ ]   " } as const;

/** What is to be reached, a line each; a question with its id, by which it is answered. */
export function goalsText({ objectives }: Pick<SessionView, "objectives">): string {
  return objectives
    .map(({ id, goal, question, status, answer }) => {
      const asked = question === undefined ? goal : `${id}: ${question}${answer === undefined ? "" : ` (${answer})`}`;
      return marks[status] + asked;
    })
    .join("\n");
}

/** What was kept as evidence, and why some of it is none. */
export function pinsText({ pins }: Pick<SessionView, "pins">): string {
  if (pins.length === 0) return "Nothing is pinned yet.";
  return pins
    .map(({ on, command, text, doubt }) => {
      const head = `${on}: ${command || "(a screen)"}${doubt === undefined ? "" : ` (a note: ${doubt})`}`;
      return `${head}\n${text.replaceAll(/^/gm, "    | ")}`;
    })
    .join("\n");
}

/** What a pin came to. */
export function pinnedText(pinned: Pinned | null | undefined): string {
  if (pinned === null || pinned === undefined) return "The last command printed nothing.";
  if (pinned.doubt !== undefined) return `Pinned as a note. It proves nothing: ${pinned.doubt}.`;
  const lines = pinned.proofs.filter(({ kind }) => kind === "line").length;
  return `Pinned: what ${pinned.on} printed${lines > 0 ? `, ${lines} log lines in it` : ""}.`;
}

/** What it might be. */
export function causesText({ causes }: Pick<SessionView, "causes">): string {
  if (causes.length === 0) return "Nothing is broken here; there is no cause to find.";
  return causes.map(({ id, title, summary }) => `${id}\n    ${title}. ${summary}`).join("\n");
}

/** Other people, by what they call themselves, and what is theirs. */
export function partiesText({ parties }: Pick<SessionView, "parties">): string {
  return parties.map(({ name, runs }) => `${name.toLowerCase()}\n    ${runs}`).join("\n");
}

/** What other people answered, and after how long. */
export function escalationText({ party, says, afterMs, pins }: EscalationResponse): string {
  const minutes = Math.ceil(afterMs / 60_000);
  const shown = `${pins === 1 ? "1 pin" : `${pins} pins`} sent.${minutes > 0 ? ` An answer after ${minutes} min:` : ""}`;
  return `${shown}\n\n> ${says}\n\n${party}`;
}

/** How it was, the learner's way, and how it went. @param columns of the terminal */
export function debriefText({ debrief, path, score }: DebriefResponse, columns: number): string {
  return `${readable(debrief, columns)}\n\nYour way\n${pathText(path)}\n${scoreText(score)}`;
}
