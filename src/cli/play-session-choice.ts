import type { Scenario } from "../scenario/scenario.ts";
import type { SessionRecord } from "../session/journal/entry.ts";
import { holderOf, isOpen, startOf } from "../session/journal/progress.ts";
import { foldSession, learnerMachine, stateOf } from "../session/learner-machine.ts";
import { count } from "../tui/play/panels.ts";
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
  scenario: Scenario,
  engine: EngineId,
  isAlive: (pid: number) => boolean,
): Waiting | undefined {
  return waitingAmong(journal.sessions(name), scenario, engine, isAlive);
}

/** The same among sessions that were read already. */
export function waitingAmong(
  records: readonly SessionRecord[],
  { text }: Scenario,
  engine: EngineId,
  isAlive: (pid: number) => boolean,
): Waiting | undefined {
  const record = records
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

/** How long ago it was left: `5 minutes ago`. Pure. */
export function leftAgo({ record }: Pick<Waiting, "record">, nowMs: number): string {
  const minutes = Math.max(0, Math.round((nowMs - (record.entries.at(-1)?.wallMs ?? 0)) / 60_000));
  if (minutes < 1) return "a moment ago";
  if (minutes < 120) return `${count(minutes, "minute")} ago`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} hours ago` : `${Math.round(minutes / 1440)} days ago`;
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
