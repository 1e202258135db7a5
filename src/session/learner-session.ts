import { isDeepStrictEqual } from "node:util";
import { ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import { evidenceText } from "../checks/check.ts";
import type { LogDialect } from "../daemons/daemon.ts";
import type { CompiledScenario } from "../scenario/compile.ts";
import { type Party, partyNamed } from "../scenario/compile-parties.ts";
import { causesOffered, type DiagnosisVerdict, judgeDiagnosis, missingEvidence, type Pin } from "../scenario/diagnosis.ts";
import { carryOut, type EscalationVerdict, judgeEscalation } from "../scenario/escalation.ts";
import { allPass, type Judged, judgeStage } from "../scenario/judge.ts";
import type { Stage } from "../scenario/stage.ts";
import type { Range } from "../world/engine.ts";
import type { JournalEntry, JournalEvent, Pinned, VerdictItem } from "./journal/entry.ts";
import { isWorthwhile } from "./journal/progress.ts";
import { type LearnerSnapshot, stateOf } from "./learner-machine.ts";
import type { Printed } from "./learner-terminals.ts";
import { pinOf } from "./pins.ts";
import { deedsOf } from "./replay.ts";
import type { SessionLog } from "./session-log.ts";
import { type SessionView, viewOf } from "./session-view.ts";

/**
 * One learner in one scenario: what may be done, and what is known so far. Runs the machine: what a state waits for is asked of the
 * range, and comes back into the journal as an event. Needs a range and no terminal; nothing here prints. Whoever acts is the learner
 * where no other actor is named.
 */
export interface LearnerSession {
  readonly view: () => SessionView;
  readonly compiled: () => CompiledScenario;
  /** The range's clock; null while there is no range. */
  readonly now: () => number | null;
  /** Calls back when the view has changed, until the returned function is called. */
  subscribe(listener: () => void): () => void;
  begin(): Promise<void>;
  /** Writes down what was done to the range from outside. */
  note(deed: Deed, actor?: string): void;
  /** Keeps what a command printed. */
  keep(printed: Printed, actor?: string): Pinned | undefined;
  /** The next hint that the learner's pins do not make needless, or undefined when there is none left. */
  nextHint(actor?: string): string | undefined;
  /** @throws ProblemError for a question that the scenario does not ask */
  answer(objective: string, text: string, actor?: string): void;
  /** Judges the claim by what is pinned. @throws ProblemError for a cause that is not offered or a host that is not there */
  diagnose(place: string, cause: string, actor?: string): DiagnosisVerdict & { readonly says: string };
  /** Writes to other people and shows them what is pinned; what they do about it has happened when this resolves. @throws ProblemError for nobody */
  escalate(party: string, actor?: string): Promise<{ readonly party: Party; readonly verdict: EscalationVerdict }>;
  /** Asks the range and judges; solved when everything passes at once. */
  check(actor?: string): Promise<{ readonly solved: boolean; readonly judged: readonly Judged[] }>;
  /** The same after a command, without being asked: ticks go on and out, and nothing is decided. */
  glance(): Promise<void>;
  /** Lets time pass; returns the range's time. */
  jump(durationMs: number): Promise<number>;
  /** The range as it was at the beginning; what was pinned stays. @param onGone called when it is sure that the range of now goes */
  reset(actor?: string, onGone?: () => void): Promise<void>;
  /** After the engine lost the range: a new one, brought to where the old one was. */
  rebuild(): Promise<void>;
  /** What the user is told at the end. */
  reply(text: string, actor?: string): void;
  /** @throws ProblemError when it is over already */
  giveUp(actor?: string): void;
  /** Goes away; the session waits to be taken up again. @returns whether its range stands meanwhile */
  leave(): Promise<boolean>;
}

/** What is done to a range by others than the session: it is written down, and changes nothing about where the session stands. */
export type Deed = Extract<JournalEvent, { type: "opened" | "resized" | "typed" | "ran" | "injected" | "mended" }>;

/** The range of this session that outlived the process which had it. */
export interface StandingRange {
  /** @returns undefined where none did */
  takeUp(): Promise<Stage | undefined>;
  /** Removes what is left of it, if anything is. */
  remove(): Promise<void>;
}

export interface LearnerSessionSetup {
  readonly log: SessionLog;
  /** The engine's ranges can be brought to an earlier point by doing the same again: their time is virtual. */
  readonly canReplay: boolean;
  readonly dialects: readonly LogDialect[];
  readonly pid: number;
  /** What a learner can do while there is no range. */
  readonly wayOut: string;
  /** Sets the scenario up from its beginning. */
  readonly build: () => Promise<Stage>;
  /** Absent where ranges are not to outlive us. */
  readonly standing?: StandingRange;
  /** Is told the range that the session has now; null while it has none. */
  readonly onStage: (stage: Stage | null) => void;
  /** Brings a range that was just set up to where the journal says. @param carryOut lets a party do again what it did */
  readonly bringBack: (stage: Stage, carryOut: (party: string) => Promise<void>) => Promise<void>;
}

/** A session, and what else those need who run it. */
export interface RunSession extends LearnerSession {
  /** @throws ProblemError `no-range` while there is none */
  readonly stage: () => Stage;
  /** Does work on the range; when the engine fails at it, the session is stranded and knows why. */
  withRange<T>(work: () => Promise<T>): Promise<T>;
}

/** Starts a session, or takes it up where its journal ends. @throws ProblemError when the range cannot be started; the session can be taken up later */
export async function startLearnerSession(setup: LearnerSessionSetup): Promise<RunSession> {
  const { log, dialects } = setup;
  const listeners = new Set<() => void>();
  let stage: Stage | undefined;
  let compiled: CompiledScenario | undefined;

  const context = (): LearnerSnapshot["context"] => log.snapshot().context;
  const record = (event: JournalEvent, actor?: string): void => {
    log.record(event, actor);
    for (const listener of listeners) listener();
  };
  const here = (): Stage => {
    if (stage === undefined) {
      throw new ProblemError({ code: "no-range", message: "There is no range at the moment: the engine lost it.", hint: setup.wayOut });
    }
    return stage;
  };
  const scenario = (): CompiledScenario => {
    if (compiled === undefined) throw new Error("a session has its scenario once its first range stood");
    return compiled;
  };
  /** An event that the state does not know is no event: better said than swallowed. */
  const need = (event: JournalEvent, instead: string): void => {
    if (log.snapshot().status !== "active" || !log.snapshot().can(event))
      throw new ProblemError({ code: "not-now", message: `Not now: ${instead}.` });
  };
  const away = (): Range | undefined => {
    const old = stage?.range;
    stage = undefined;
    setup.onStage(null);
    return old;
  };
  const drop = async (): Promise<void> => {
    await away()?.down();
  };
  const withRange = async <T>(work: () => Promise<T>): Promise<T> => {
    const at = stage;
    try {
      return await work();
    } catch (error) {
      // What was cut off because we took the range away ourselves is no failure of the engine's.
      const wasOurs = at !== undefined && stage !== at;
      if (!isEngineFailure(error) || wasOurs) throw error;
      const lost = away();
      record({ type: "engine-failed", message: error.problems[0]?.message ?? error.message }, "maildrill");
      // What may stand all the same is looked for when the range is rebuilt; what the engine does not let go of now is swept away later.
      const letGo = setup.standing === undefined ? lost?.down() : (lost?.leave ?? lost?.down)?.();
      await letGo?.catch(() => {});
      throw error;
    }
  };
  /** Lets people do what they do once they were shown enough, each command at its own instant of the range's clock, for a replay to meet it. */
  const mend = async (key: string): Promise<void> => {
    const { compiled, range } = here();
    const party = compiled.parties.find((candidate) => candidate.key === key);
    if (party?.fix === undefined) return;
    const thaw = range.time.freeze?.();
    try {
      await carryOut(party.fix, party, range);
    } finally {
      thaw?.();
    }
  };
  const mendAndNote = async (party: string): Promise<void> => {
    await mend(party);
    record({ type: "carried-out", party }, "maildrill");
  };
  const seat = (built: Stage): void => {
    stage = built;
    compiled = built.compiled;
    setup.onStage(built);
  };
  const build = async (): Promise<void> => {
    await withRange(async () => {
      await setup.standing?.remove();
      const built = await setup.build();
      seat(built);
      if (setup.canReplay) await setup.bringBack(built, mend);
      if (setup.standing !== undefined) await built.range.keepFor?.(log.id);
    });
    rebuilt();
  };
  const rebuilt = (): void => {
    if (stateOf(log.snapshot()) === "rebuilding") record({ type: "rebuilt" }, "maildrill");
  };
  const judge = async (): Promise<{ readonly judged: readonly Judged[]; readonly items: VerdictItem[] }> => {
    const judged = await withRange(() => judgeStage(here(), dialects, context().answers));
    return { judged, items: judged.map(itemOf) };
  };
  const proofs = (): Pin[] => context().pins.flatMap((pinned) => pinned.proofs);

  /** What other people were at when the last process ended, they do now. */
  const goOnMending = async (): Promise<void> => {
    for (const party of promisedIn(log.entries())) await mendAndNote(party);
  };
  /** Where no range stands: real programs cannot be brought to where they were. The range begins again, and the session knows it. */
  const buildAgain = async (): Promise<void> => {
    const standing = await withRange(async () => setup.standing?.takeUp());
    if (standing !== undefined) {
      await withRange(async () => {
        seat(standing);
        await goOnMending();
      });
      return rebuilt();
    }
    if (!setup.canReplay) record({ type: "reset" }, "maildrill");
    await build();
  };

  if (log.entries().length <= 1) await build();
  else {
    record({ type: "resumed", pid: setup.pid });
    await buildAgain();
  }

  return {
    stage: here,
    withRange,
    view: () => viewOf(log.snapshot(), scenario()),
    compiled: scenario,
    now: () => stage?.range.time.now() ?? null,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    begin: async () => {
      if (stateOf(log.snapshot()) === "briefing") record({ type: "begin" });
    },
    note: (deed, actor) => {
      if (log.snapshot().status === "active") record(deed, actor);
    },
    keep: (printed, actor) => {
      if (printed.output === "") return undefined;
      const pinned = pinOf(printed, here().range.lines());
      const same = context().pins.find((pin) => isDeepStrictEqual(pin, pinned));
      if (same !== undefined) return same;
      need({ type: "pin", pinned }, over);
      record({ type: "pin", pinned }, actor);
      return pinned;
    },
    nextHint: (actor) => {
      const { diagnosis, hints } = scenario();
      const evidence = diagnosis?.evidence ?? [];
      const missing = new Set(missingEvidence(evidence, proofs()).map(({ id }) => id));
      const seen = new Set(evidence.map(({ id }) => id).filter((id) => !missing.has(id)));
      const from = (context().hints.at(-1) ?? -1) + 1;
      const index = hints.findIndex((hint, at) => at >= from && (hint.seen === undefined || !seen.has(hint.seen)));
      if (index < 0) return undefined;
      need({ type: "hint", index }, over);
      record({ type: "hint", index }, actor);
      return hints[index]?.says;
    },
    answer: (objective, text, actor) => {
      const questions = scenario().objectives.flatMap((candidate) => ("question" in candidate ? [candidate.id] : []));
      if (!questions.includes(objective)) throw new ProblemError(unknownId("question", objective, questions));
      need({ type: "answer", objective, text }, over);
      record({ type: "answer", objective, text }, actor);
    },
    diagnose: (place, cause, actor) => {
      const hosts = scenario().healthy.hosts.map(({ key }) => key);
      if (!hosts.includes(place)) throw new ProblemError(unknownId("host", place, hosts));
      const offered = causesOffered(scenario());
      if (!offered.includes(cause)) throw new ProblemError(unknownId("cause", cause, offered));
      need({ type: "commit", place, cause }, "there is nothing to diagnose at this point");
      record({ type: "commit", place, cause }, actor);
      const verdict = judgeDiagnosis(scenario(), { place, cause, pins: proofs() });
      const says = claimText(verdict, scenario());
      record({ type: "diagnosed", verdict: verdict.status, says }, "maildrill");
      return { ...verdict, says };
    },
    escalate: async (name, actor) => {
      const party = partyNamed(scenario().parties, name);
      const verdict = judgeEscalation(scenario(), party, proofs());
      const event: JournalEvent = { type: "escalated", party: party.key, status: verdict.status, says: verdict.says };
      need(event, "there is nobody to write to at this point");
      record(event, actor);
      if (verdict.status === "taken") await withRange(() => mendAndNote(party.key));
      return { party, verdict };
    },
    check: async (actor) => {
      need({ type: "check" }, "there is nothing to check at this point");
      record({ type: "check" }, actor);
      const { judged, items } = await judge();
      const solved = allPass(judged);
      record({ type: "judged", solved, items }, "maildrill");
      return { solved, judged };
    },
    glance: async () => {
      const { items } = await judge();
      const before = new Map(context().verdicts.map(({ kind, id, status }) => [`${kind} ${id}`, status]));
      if (items.some(({ kind, id, status }) => before.get(`${kind} ${id}`) !== status)) record({ type: "glanced", items }, "maildrill");
    },
    jump: async (durationMs) => {
      const { time } = here().range;
      await withRange(() => time.advance(durationMs));
      record({ type: "jumped", durationMs });
      return time.now();
    },
    reset: async (actor, onGone) => {
      need({ type: "reset" }, "there is nothing to begin again");
      onGone?.();
      await drop();
      record({ type: "reset" }, actor);
      await build();
    },
    rebuild: async () => {
      need({ type: "rebuild" }, "the range is there");
      record({ type: "rebuild" });
      await buildAgain();
    },
    reply: (text, actor) => {
      need({ type: "replied", text }, "a reply is for the end, when it is mended");
      record({ type: "replied", text }, actor);
    },
    giveUp: (actor) => {
      need({ type: "give-up" }, over);
      record({ type: "give-up" }, actor);
    },
    leave: async () => {
      const isOver = stateOf(log.snapshot()) === "debrief";
      if (!isOver) record({ type: "left" });
      const range = stage?.range;
      const waits = !isOver && setup.standing !== undefined && isWorthwhile(log.entries());
      if (waits && range?.leave !== undefined) {
        away();
        await range.leave();
        return true;
      }
      await drop();
      // Where the engine lost it, it may stand all the same; what cannot be reached now is swept away later.
      if (range === undefined && !waits) await setup.standing?.remove().catch(() => {});
      return false;
    },
  };
}

/** Other people who said that they mend it, and of whom it is not known that they have. */
function promisedIn(entries: readonly JournalEntry[]): string[] {
  const deeds = deedsOf(entries).map(({ event }) => event);
  const done = deeds.flatMap((event) => (event.type === "carried-out" ? [event.party] : []));
  const taken = deeds.flatMap((event) => (event.type === "escalated" && event.status === "taken" ? [event.party] : []));
  return [...new Set(taken)].filter((party) => !done.includes(party));
}

const over = "the session has come to its end";

/** What an engine that fails us answers with; other Problems are about what was asked. */
function isEngineFailure(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.problems.some(({ code }) => /^(engine|range)-/.test(code));
}

function claimText(verdict: DiagnosisVerdict, { diagnosis }: CompiledScenario): string {
  if (verdict.status === "right") return "That is it, and what you pinned shows it. Now mend it.";
  if (verdict.status === "wrong-cause") return `It does not fit: ${verdict.contradicted}`;
  if (verdict.status === "wrong-place") return "That may happen, but not there. Whose file would you have to change?";
  const all = diagnosis?.evidence.length ?? 0;
  const missing = `${verdict.missing} of ${all} pieces of evidence ${verdict.missing === 1 ? "is" : "are"} missing`;
  return `It may be so. What you pinned does not show it yet: ${missing}.`;
}

/** A judged item as it is written down, and as other processes are told it. */
export function itemOf({ id, kind, title, verdict, says }: Judged): VerdictItem {
  const item = { id, kind, title, status: verdict.status, says: verdict.says, evidence: verdict.evidence.map(evidenceText) };
  return says === undefined ? item : { ...item, tells: says };
}
