import type { TimeControl } from "../world/engine.ts";
import type { JournalEntry } from "./journal/entry.ts";
import type { LearnerTerminals, TerminalEvent } from "./learner-terminals.ts";

/** What happened in the range that the session has now: everything since it was built, or built anew. */
export function deedsOf(entries: readonly JournalEntry[]): JournalEntry[] {
  const last = entries.findLastIndex(({ event }) => event.type === "reset");
  return entries.slice(last + 1).filter(({ rangeMs }) => rangeMs !== null);
}

function isTerminalEvent(event: JournalEntry["event"]): event is TerminalEvent {
  return event.type === "opened" || event.type === "resized" || event.type === "typed";
}

/**
 * Brings a range that was just set up to where a session left it: the learner's keys once more, each at its own instant of the range's
 * clock; nothing of it is shown. On an engine whose time jumps the same seed and keys give the same range; elsewhere the keys come one after the other.
 * @param carryOut lets a party do once more what it did when it was written to
 */
export async function replay(
  deeds: readonly JournalEntry[],
  time: TimeControl,
  terminals: LearnerTerminals,
  carryOut: (party: string) => Promise<void>,
): Promise<void> {
  const thaw = time.freeze?.();
  const again = async (): Promise<void> => {
    for (const { rangeMs, event } of deeds) {
      // Also when no time is to pass: what the last key set going comes to rest first.
      await time.advance(Math.max(0, (rangeMs ?? 0) - time.now()));
      if (isTerminalEvent(event)) await terminals.replay(event);
      else if (event.type === "escalated" && event.status === "taken") await carryOut(event.party);
    }
    await time.advance(0);
  };
  try {
    await terminals.muted(again);
  } finally {
    thaw?.();
  }
}
