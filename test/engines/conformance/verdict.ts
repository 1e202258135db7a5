import type { EngineId } from "../../../src/world/engine.ts";
import { compare, type Difference, differenceText } from "./compare.ts";
import type { ListedDifference } from "./listed-differences.ts";
import type { Outcome } from "./recording.ts";

/** What an engine's outcome of a case is worth. */
export type Verdict =
  | { readonly verdict: "equal" }
  /** Not as recorded, and the list says why. */
  | { readonly verdict: "listed"; readonly reasons: readonly string[] }
  /** Not as recorded, or listed without need. */
  | { readonly verdict: "different"; readonly text: string };

/** Holds an engine's outcome against the recorded one. @param failures what could not be made ready for the case */
export function judge(
  id: string,
  engine: EngineId,
  recorded: Outcome,
  got: Outcome,
  failures: readonly string[],
  list: readonly ListedDifference[],
): Verdict {
  const mine = list.filter((each) => each.engine === engine && each.cases.includes(id));
  const preparation: readonly Difference[] = failures.length === 0 ? [] : [{ part: "preparation", recorded: [], got: failures }];
  const differences = [...preparation, ...compare(recorded, got)];
  const unlisted = differences.filter(({ part }) => !mine.some(({ parts }) => parts.test(part)));
  const idle = mine.filter(({ parts }) => !differences.some(({ part }) => parts.test(part)));
  const complaints = [
    ...unlisted.map(differenceText),
    ...idle.map(({ parts, reason }) => `${parts} is as recorded: take it from listed-differences.ts (${reason})\n`),
  ];
  if (complaints.length > 0) return { verdict: "different", text: complaints.join("") };
  return differences.length === 0 ? { verdict: "equal" } : { verdict: "listed", reasons: mine.map(({ reason }) => reason) };
}
