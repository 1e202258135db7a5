import { createActor } from "xstate";
import type { Clock } from "../base/clock.ts";
import { type Problem, ProblemError } from "../base/problem.ts";
import type { JournalEntry, JournalEvent } from "./journal/entry.ts";
import type { Journal, NewEntry } from "./journal/journal.ts";
import { foldSession, type LearnerMachine, type LearnerSnapshot } from "./learner-machine.ts";

/** A session on its way into the journal: what happens goes through the machine and onto the disk, in this order, before it is shown. */
export interface SessionLog {
  readonly id: string;
  readonly snapshot: () => LearnerSnapshot;
  /** All that happened so far, what is not on the disk yet included. */
  readonly entries: () => readonly JournalEntry[];
  /** Plain keys wait for the key that makes something of them; everything else is on the disk when this returns, or `onTrouble` is called. */
  record(event: JournalEvent, actor?: string): void;
  /** Writes what waits. @returns what could not be written */
  flush(): readonly JournalEntry[];
}

export interface SessionLogOptions {
  readonly journal: Journal;
  readonly id: string;
  readonly machine: LearnerMachine;
  /** What the journal holds of this session. */
  readonly past: readonly JournalEntry[];
  readonly wall: Clock;
  /** The range's clock; null while there is no range. */
  readonly rangeNow: () => number | null;
  /** The journal fails us. The session goes on; what it could not take is kept and tried again. Called once for each spell of trouble. */
  readonly onTrouble: (problem: Problem) => void;
}

export function createSessionLog({ journal, id, machine, past, wall, rangeNow, onTrouble }: SessionLogOptions): SessionLog {
  const entries = [...past];
  let waiting: NewEntry[] = [];
  let inTrouble = false;
  let snapshot = restore(machine, past, journal.snapshot(id));

  const flush = (): readonly JournalEntry[] => {
    if (waiting.length === 0) return [];
    try {
      journal.append(id, waiting, machine.getPersistedSnapshot(snapshot));
      waiting = [];
      inTrouble = false;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (!inTrouble) onTrouble(error.problems[0] as Problem);
      inTrouble = true;
    }
    return waiting.length === 0 ? [] : entries.slice(-waiting.length);
  };
  return {
    id,
    snapshot: () => snapshot,
    entries: () => entries,
    record: (event, actor = "learner") => {
      const entry = { wallMs: wall.now(), rangeMs: rangeNow(), actor, event };
      snapshot = foldSession(machine, [event], snapshot);
      entries.push({ sequence: entries.length + 1, ...entry });
      waiting.push(entry);
      if (event.type !== "typed" || /[^ -~\u00a0-\uffff]/.test(event.input)) flush();
    },
    flush,
  };
}

/** The machine as it stood: from the snapshot where there is one, else from the beginning; then what came after. */
function restore(
  machine: LearnerMachine,
  past: readonly JournalEntry[],
  stored: { readonly sequence: number; readonly state: unknown } | undefined,
): LearnerSnapshot {
  const events = (after: number) => past.filter(({ sequence }) => sequence > after).map(({ event }) => event);
  if (stored === undefined || stored.sequence > past.length) return foldSession(machine, events(0));
  const from = createActor(machine, { snapshot: stored.state as LearnerSnapshot }).getSnapshot();
  return foldSession(machine, events(stored.sequence), from);
}
