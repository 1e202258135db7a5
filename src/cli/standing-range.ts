import { catalogue } from "../scenario/catalogue.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { takeUpStage } from "../scenario/stage.ts";
import type { JournalEntry } from "../session/journal/entry.ts";
import type { StandingRange } from "../session/learner-session.ts";
import type { Engine, UpOptions } from "../world/engine.ts";

/** On an engine whose ranges can outlive us, the one of this session; nothing elsewhere. */
export function standingOf(
  session: string,
  scenario: Scenario,
  engine: Engine,
  how: UpOptions & { readonly seed: number },
): { readonly standing?: StandingRange } {
  const { standing } = engine;
  if (standing === undefined) return {};
  return {
    standing: {
      takeUp: () => takeUpStage(scenario, engine, catalogue, { session, ...how }),
      remove: () => standing.remove(session),
    },
  };
}

/** Since the session was last taken up, the range had to be begun again. */
export function beganAgain(entries: readonly JournalEntry[]): boolean {
  return entries.slice(entries.findLastIndex(({ event }) => event.type === "resumed")).some(({ event }) => event.type === "reset");
}
