import type { JournalEntry } from "../session/journal/entry.ts";
import { isWorthwhile } from "../session/journal/progress.ts";
import type { SessionView } from "../session/session-view.ts";
import type { Engine } from "../world/engine.ts";
import type { Learner } from "./learner.ts";

/** A session that a learner has left. */
export interface Parted {
  readonly view: SessionView;
  readonly entries: readonly JournalEntry[];
  readonly engine: Engine;
  readonly learner: Pick<Learner, "asTyped">;
  /** Its range stands on the engine. */
  readonly stands: boolean;
}

/** What became of a session, and how to go on, in a line or two. Pure. */
export function partingText({ view: { codename, solved, gaveUp, state }, entries, engine, learner, stands }: Parted): string {
  const again = `maildrill play ${codename}${engine.id === "docker" ? " --engine docker" : ""}${learner.asTyped}`;
  const progress = `maildrill progress${learner.asTyped}`;
  if (gaveUp) return `You gave ${codename} up and saw how it was. \`${again}\` begins it anew; \`${progress}\` tells how it went.`;
  if (state === "debrief") return `${codename} is ${solved ? "mended" : "over"}, and its ticket closed. \`${progress}\` tells how it went.`;
  if (!isWorthwhile(entries)) return `You did nothing in ${codename}, so nothing of it waits. \`${again}\` begins it.`;
  const waits = `${codename} waits for you: \`${again} --resume\` goes on where you left it.`;
  if (!stands) return waits;
  return `${waits}\nYour range goes on for at most ${engine.standing?.hoursAtMost ?? 0} hours; \`maildrill down --all\` ends it.`;
}

/** What is said once the screen is gone, on which it could not be read. */
export interface Farewell {
  /** Takes the place of what was said of the same scenario before. */
  parting(codename: string, text: string): void;
  also(say: () => void): void;
  say(write: (text: string) => void): void;
}

export function createFarewell(): Farewell {
  const partings = new Map<string, string>();
  const others: (() => void)[] = [];
  return {
    parting: (codename, text) => {
      partings.delete(codename);
      partings.set(codename, text);
    },
    also: (say) => void others.push(say),
    say: (write) => {
      for (const text of partings.values()) write(`${text}\n`);
      for (const say of others) say();
    },
  };
}
