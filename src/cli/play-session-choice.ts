import type { Scenario } from "../scenario/scenario.ts";
import type { SessionRecord } from "../session/journal/entry.ts";
import { holderOf, isOpen, startOf } from "../session/journal/progress.ts";
import { foldSession, learnerMachine, stateOf } from "../session/learner-machine.ts";
import type { Engine, EngineId } from "../world/engine.ts";
import type { Learner } from "./learner.ts";

/** A session that waits to be taken up again. */
export interface Waiting {
  readonly record: SessionRecord;
  readonly state: string;
  /** The process that has it open at this moment. */
  readonly openIn?: number;
}

/** The learner's youngest session of this scenario that did not come to its end, or undefined. @param isAlive is there such a process? */
export function waitingSession(
  { name, journal }: Learner,
  { text }: Scenario,
  engine: EngineId,
  isAlive: (pid: number) => boolean,
): Waiting | undefined {
  const record = journal
    .sessions(name)
    .filter((candidate) => {
      const started = startOf(candidate);
      return started?.codename === text.codename && started.engine === engine && isOpen(candidate);
    })
    .at(-1);
  const started = record === undefined ? undefined : startOf(record);
  if (record === undefined || started === undefined) return undefined;
  const snapshot = foldSession(
    learnerMachine(started.asksForDiagnosis),
    record.entries.map(({ event }) => event),
  );
  const holder = holderOf(record);
  const openIn = holder !== undefined && isAlive(holder) ? { openIn: holder } : {};
  return { record, state: stateOf(snapshot), ...openIn };
}

/** Somebody begins anew instead: its range is not needed any more. One that is open in another window goes on. */
export async function endWaiting(waiting: Waiting | undefined, { standing }: Engine): Promise<void> {
  if (waiting !== undefined && waiting.openIn === undefined) await standing?.remove(waiting.record.id);
}

/** Asks the system whether a process of ours runs. A number that was given to another program since counts too: then `--new` or `--resume` decide. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
