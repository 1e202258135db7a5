import { normalise, type Part, queueIds } from "./normalise.ts";
import type { Outcome } from "./recording.ts";

/** A part in which an engine is not as recorded. */
export interface Difference {
  readonly part: string;
  /** Lines that only the recording has. */
  readonly recorded: readonly string[];
  /** Lines that only the engine has. Both are empty where only the order differs. */
  readonly got: readonly string[];
}

/** Every part in which an outcome is not as recorded. */
export function compare(recorded: Outcome, got: Outcome): readonly Difference[] {
  const keepSizes = [...lengthsOf(got)].every((length) => lengthsOf(recorded).has(length));
  const [left, right] = [normalise(recorded, keepSizes), normalise(got, keepSizes)];
  const names = new Set([...left, ...right].map(({ name }) => name));
  return [...names].flatMap((name): Difference[] => {
    const [ours, theirs] = [linesOf(right, name), linesOf(left, name)];
    if (ours.join("\0") === theirs.join("\0")) return [];
    return [{ part: name, recorded: without(theirs, ours), got: without(ours, theirs) }];
  });
}

function lengthsOf(outcome: Outcome): ReadonlySet<number> {
  return new Set([...queueIds(outcome)].map((id) => id.length));
}

function linesOf(parts: readonly Part[], name: string): readonly string[] {
  const groups = parts.find((part) => part.name === name)?.groups;
  return groups === undefined ? ["(nothing)"] : groups.flat();
}

/** Each line of one that the other does not have as often. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

export function differenceText({ part, recorded, got }: Difference): string {
  const shown = (lines: readonly string[], sign: string): string => lines.map((line) => `  ${sign} ${line.trimEnd()}\n`).join("");
  const both = shown(recorded, "-") + shown(got, "+");
  return `${part}\n${both === "" ? "  (the same lines in another order)\n" : both}`;
}
