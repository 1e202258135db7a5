import type { JournalEntry, JournalEvent, SessionRecord } from "./entry.ts";
import { type Score, scoreOf } from "./score.ts";

type Started = Extract<JournalEvent, { type: "started" }>;

/** What one learner has done so far. Plain data, as `progress --json` prints it. */
export interface Progress {
  readonly learner: string;
  /** In the order in which they were first begun. */
  readonly scenarios: readonly ScenarioProgress[];
}

export interface ScenarioProgress {
  readonly codename: string;
  readonly done: boolean;
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  readonly session: string;
  readonly seed: number;
  readonly engine: Started["engine"];
  readonly startedAtMs: number;
  readonly lastAtMs: number;
  /** `unfinished` can be taken up again. */
  readonly outcome: "solved" | "gave-up" | "unfinished";
  readonly score: Score;
}

/** A fold over sessions: one progress for each learner, in the order of the names. Pure. */
export function progressOf(records: readonly SessionRecord[]): Progress[] {
  const learners = [...new Set(records.map(({ learner }) => learner))].sort();
  return learners.map((learner) => {
    const attempts = new Map<string, Attempt[]>();
    for (const record of records) {
      const started = startOf(record);
      if (record.learner !== learner || started === undefined) continue;
      attempts.set(started.codename, [...(attempts.get(started.codename) ?? []), attemptOf(record, started)]);
    }
    const scenarios = [...attempts].map(([codename, list]) => {
      return { codename, done: list.some(({ outcome }) => outcome === "solved"), attempts: list };
    });
    return { learner, scenarios };
  });
}

function attemptOf({ id, entries }: SessionRecord, { seed, engine }: Started): Attempt {
  const score = scoreOf(entries);
  const outcome = score.repair.solved ? "solved" : score.gaveUp ? "gave-up" : "unfinished";
  return { session: id, seed, engine, startedAtMs: entries[0]?.wallMs ?? 0, lastAtMs: entries.at(-1)?.wallMs ?? 0, outcome, score };
}

/** How a session began; undefined for one whose process ended before it could say. */
export function startOf({ entries }: SessionRecord): Started | undefined {
  return entries.map(({ event }) => event).find((event) => event.type === "started");
}

/** What a learner does that would be a pity to lose. */
const deeds: ReadonlySet<JournalEvent["type"]> = new Set(["ran", "pin", "hint", "answer", "commit", "escalated", "check"]);

function isWork(event: JournalEvent): boolean {
  return deeds.has(event.type) || (event.type === "typed" && event.input.trim() !== "");
}

/**
 * The session can be taken up again, and is worth it: something was done in it, and it has not come to its debrief. One that played in a
 * range that was kept for other processes ended with that range.
 */
export function isOpen({ entries }: SessionRecord): boolean {
  if (entries.some(({ event }) => event.type === "started" && event.kept)) return false;
  const ended = entries.some(({ event }) => event.type === "give-up" || event.type === "replied");
  return !ended && isWorthwhile(entries);
}

/** Something was done that would be a pity to lose. */
export function isWorthwhile(entries: readonly JournalEntry[]): boolean {
  return entries.some(({ event }) => isWork(event));
}

/** The process that had the session last, or undefined when it was left in order. Whether that process lives is not for us to say. */
export function holderOf({ entries }: SessionRecord): number | undefined {
  let pid: number | undefined;
  for (const { event } of entries) {
    if (event.type === "started" || event.type === "resumed") pid = event.pid;
    else if (event.type === "left" || event.type === "give-up" || event.type === "replied") pid = undefined;
  }
  return pid;
}
