/** Lines of context that tell a place from its likes, at most. */
const CONTEXT_LINES = 3;

/**
 * Takes one edit of a text back out of what the text has become, and keeps what others changed elsewhere.
 * @param before the text before the edit. @param after right after it. @param now what it has become since
 * @returns the new text; undefined when the edited place itself was changed, or cannot be told from another
 */
export function undoEdit(before: string, after: string, now: string): string | undefined {
  if (now === after) return before;
  const [old, edited, current] = [linesOf(before), linesOf(after), linesOf(now)];
  const head = commonHead(old, edited);
  const tail = commonTail(old, edited, head);
  const was = old.slice(head, old.length - tail);
  const became = edited.slice(head, edited.length - tail);
  const [above, below] = [edited.slice(0, head), edited.slice(edited.length - tail)];
  for (let context = CONTEXT_LINES; context >= 0; context--) {
    const upper = context === 0 ? [] : above.slice(-context);
    const lower = below.slice(0, context);
    const wanted = [...upper, ...became, ...lower];
    if (became.length === 0 && (upper.length === 0 || lower.length === 0) && context < CONTEXT_LINES) return undefined;
    const places = wanted.length === 0 ? [] : placesOf(wanted, current);
    if (places.length > 1) return undefined;
    const [place] = places;
    if (place === undefined) continue;
    return [...current.slice(0, place), ...upper, ...was, ...lower, ...current.slice(place + wanted.length)].join("");
  }
  return undefined;
}

/** Lines with their ends, so that joining them gives the text again. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function commonHead(left: readonly string[], right: readonly string[]): number {
  let count = 0;
  while (count < left.length && count < right.length && left[count] === right[count]) count++;
  return count;
}

/** Lines in common at the end, none of them counted to the head already. */
function commonTail(left: readonly string[], right: readonly string[], head: number): number {
  let count = 0;
  while (head + count < Math.min(left.length, right.length) && left.at(-1 - count) === right.at(-1 - count)) count++;
  return count;
}

function placesOf(wanted: readonly string[], lines: readonly string[]): readonly number[] {
  const places: number[] = [];
  for (let at = 0; at + wanted.length <= lines.length; at++) {
    if (wanted.every((line, index) => lines[at + index] === line)) places.push(at);
  }
  return places;
}
