import type { JournalEntry } from "./entry.ts";

/** How a session went, each side of it for itself; never one number. Times are milliseconds in which the learner was at it. */
export interface Score {
  readonly diagnosis: {
    readonly claims: number;
    readonly wrong: number;
    readonly right: boolean;
    /** When the right one stood; null while it does not. */
    readonly afterMs: number | null;
  };
  readonly repair: { readonly solved: boolean; readonly checks: number; readonly failedChecks: number; readonly afterMs: number | null };
  /** Guards that were seen broken, by id. */
  readonly harm: readonly string[];
  readonly time: { readonly activeMs: number; readonly rangeMs: number };
  readonly hints: number;
  readonly pins: number;
  readonly resets: number;
  readonly gaveUp: boolean;
}

/** A pause longer than this is a pause, not work. */
export const longestPauseMs = 10 * 60_000;

/** A fold over one session's entries. Pure. */
export function scoreOf(entries: readonly JournalEntry[]): Score {
  let activeMs = 0;
  let rangeMs = 0;
  let previous: JournalEntry | undefined;
  const diagnosis = { claims: 0, wrong: 0, right: false, afterMs: null as number | null };
  const repair = { solved: false, checks: 0, failedChecks: 0, afterMs: null as number | null };
  const harm = new Set<string>();
  const count = { hints: 0, pins: 0, resets: 0 };
  let gaveUp = false;
  for (const entry of entries) {
    const { event } = entry;
    activeMs += workBetween(previous, entry);
    if (entry.rangeMs !== null && previous?.rangeMs != null) rangeMs += Math.max(0, entry.rangeMs - previous.rangeMs);
    if (event.type === "diagnosed") {
      diagnosis.claims++;
      if (event.verdict === "right" && !diagnosis.right) Object.assign(diagnosis, { right: true, afterMs: activeMs });
      if (event.verdict !== "right") diagnosis.wrong++;
    } else if (event.type === "judged") {
      repair.checks++;
      if (!event.solved) repair.failedChecks++;
      else if (!repair.solved) Object.assign(repair, { solved: true, afterMs: activeMs });
    } else if (event.type === "hint") count.hints++;
    else if (event.type === "pin") count.pins++;
    else if (event.type === "reset") count.resets++;
    else if (event.type === "give-up") gaveUp = !repair.solved;
    if (event.type === "judged" || event.type === "glanced") {
      for (const { kind, status, id } of event.items) if (kind === "guard" && status === "fail") harm.add(id);
    }
    previous = entry;
  }
  return { diagnosis, repair, harm: [...harm], time: { activeMs, rangeMs }, ...count, gaveUp };
}

/** What of the time between two entries was spent at it: not the night between leaving and coming back. */
export function workBetween(before: JournalEntry | undefined, after: JournalEntry): number {
  if (before === undefined || after.event.type === "resumed") return 0;
  return Math.min(longestPauseMs, Math.max(0, after.wallMs - before.wallMs));
}
