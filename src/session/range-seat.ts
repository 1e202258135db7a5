import type { Clock } from "../base/clock.ts";
import { ProblemError } from "../base/problem.ts";
import type { Stage } from "../scenario/stage.ts";
import type { Range } from "../world/engine.ts";
import { createInjections, type Injections } from "./injections.ts";
import type { JournalEntry } from "./journal/entry.ts";
import type { RunSession } from "./learner-session.ts";
import { createPacer, type Pacer } from "./pace.ts";

/** A learner's session in a range that is kept, and its journal so far. */
export interface KeptSession {
  readonly session: RunSession;
  readonly entries: () => readonly JournalEntry[];
}

/** The range that is kept, as it is now: begun again it is another one, with a clock of its own, and nothing is injected there. */
export interface RangeSeat {
  readonly range: Range;
  /** Undefined where no scenario plays. */
  readonly stage: Stage | undefined;
  readonly pacer: Pacer;
  readonly injections: Injections;
}

/** @returns what gives the seat of the moment. That throws ProblemError `no-range` while the engine has lost the range of a session */
export function seatOf(
  range: Range,
  stage: Stage | undefined,
  { played, wall }: { readonly played: KeptSession | undefined; readonly wall: Clock },
): () => RangeSeat {
  const at = (here: Range, plays: Stage | undefined): RangeSeat => {
    return { range: here, stage: plays, pacer: createPacer(here.time, wall), injections: createInjections(here) };
  };
  let seat = at(range, stage);
  return () => {
    const now = played?.session.stage();
    if (now !== undefined && now.range !== seat.range) seat = at(now.range, now);
    return seat;
  };
}

/** How often an idle range is looked at. */
const pulseMs = 60_000;

/**
 * Looks at a range once in a while, for nobody may ask anything of it for hours: an engine that has died is told of when it dies.
 * @param onLost called once for each time that it is lost. @returns what ends it
 */
export function watchPulse(look: () => Promise<unknown>, wall: Clock, onLost: (error: ProblemError) => void): () => void {
  let isOver = false;
  let isLost = false;
  let timer = wall.setTimeout(beat, pulseMs);
  async function beat(): Promise<void> {
    try {
      await look();
      isLost = false;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (!isLost && !isOver) onLost(error);
      isLost = true;
    }
    if (!isOver) timer = wall.setTimeout(() => void beat(), pulseMs);
  }
  return () => {
    isOver = true;
    wall.clearTimeout(timer);
  };
}
