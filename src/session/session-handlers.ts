import type { RunResult } from "../world/engine.ts";
import { pathOf } from "./journal/debrief.ts";
import type { JournalEntry } from "./journal/entry.ts";
import { scoreOf } from "./journal/score.ts";
import { itemOf, type LearnerSession } from "./learner-session.ts";
import type { Pacer } from "./pace.ts";
import type { DebriefResponse } from "./range-protocol.ts";
import type { RangeHandlers } from "./range-server.ts";

/** What a learner may ask for, beside a shell and what runs on it. */
export type SessionVerb = "view" | "pin" | "hint" | "answer" | "diagnose" | "escalate" | "check" | "reply" | "give-up";

export interface SessionDesk {
  readonly session: LearnerSession;
  /** The session's journal so far. */
  readonly entries: () => readonly JournalEntry[];
  /** Of the range that the session has now. @throws ProblemError while it has none */
  readonly pacer: () => Pacer;
  /** Runs a command line for somebody. @throws ProblemError where they may not */
  run(asked: { readonly host: string; readonly line: string; readonly actor: string }, signal: AbortSignal): Promise<RunResult>;
}

/** Serves a learner's session to other processes. What leaves here is what a screen may show: no answer, no solution, no fault. */
export function sessionHandlers({ session, entries, pacer, run }: SessionDesk): Pick<RangeHandlers, SessionVerb> {
  const debrief = (): DebriefResponse => {
    return { debrief: session.view().debrief ?? "", path: pathOf(entries()), score: scoreOf(entries()) };
  };
  return {
    view: async () => session.view(),
    pin: async (asked, signal) => {
      const { stdout, stderr, code } = await run(asked, signal);
      const output = [stdout, stderr].map((text) => text.trimEnd()).filter((text) => text !== "");
      const printed = { host: asked.host, command: asked.line, cwd: "~", typed: [], output: output.join("\n") };
      return { pinned: session.keep(printed, asked.actor) ?? null, code };
    },
    hint: async ({ actor }) => {
      const hint = session.nextHint(actor) ?? null;
      return { hint, left: hint === null ? 0 : session.view().hintsLeft };
    },
    answer: async ({ objective, text, actor }) => {
      session.answer(objective, text, actor);
      return { noted: true };
    },
    diagnose: async ({ place, cause, actor }) => {
      const { status, says } = session.diagnose(place, cause, actor);
      return { status, says };
    },
    escalate: async (asked) => {
      const pins = session.view().pins.length;
      const { party, verdict } = await pacer().inStep(() => session.escalate(asked.party, asked.actor));
      const afterMs = verdict.status === "taken" ? verdict.fix.afterMs : 0;
      return { party: party.name, status: verdict.status, says: verdict.says, afterMs, pins };
    },
    check: async ({ actor }) => {
      const { solved, judged } = await pacer().inStep(() => session.check(actor));
      return { solved, items: judged.map(itemOf) };
    },
    reply: async ({ text, actor }) => {
      session.reply(text, actor);
      return debrief();
    },
    "give-up": async ({ actor }) => {
      session.giveUp(actor);
      return debrief();
    },
  };
}
