import type { Grid } from "./grid.ts";
import { plain, type Style, sgr } from "./style.ts";

/** So many unchanged cells between two changed ones are cheaper to write again than to jump over. */
const worthJumping = 5;

/**
 * What to write to a terminal that shows `before` so that it shows `after`: only changed cells, in the order of the rows. The terminal's
 * style is plain before and after, and it does not wrap lines by itself. Pure.
 * @param before undefined where it is not known what the terminal shows: everything is drawn
 */
export function difference(before: Grid | undefined, after: Grid): string {
  const known = before !== undefined && before.columns === after.columns && before.rows === after.rows ? before : undefined;
  let output = known === undefined ? "\x1b[m\x1b[2J" : "";
  let style: Style = plain;
  for (let row = 0; row < after.rows; row++) {
    // Behind which column of this row the terminal's cursor stands; -1 where it is elsewhere.
    let at = -1;
    for (let column = 0; column < after.columns; column++) {
      if (isSame(known, after, row, column)) continue;
      const start = startOfGlyph(after, row, column);
      const from = at >= 0 && start - at < worthJumping ? at : start;
      if (at < 0) output += `\x1b[${row + 1};${from + 1}H`;
      else if (from > at) output += `\x1b[${from - at}C`;
      for (let cell = from; cell <= column; cell++) {
        const index = row * after.columns + cell;
        const next = after.styles[index] ?? plain;
        if (next !== style) output += sgr(next);
        style = next;
        output += after.glyphs[index];
      }
      // The second half of a wide character comes with the first.
      if (after.glyphs[row * after.columns + column + 1] === "" && column + 1 < after.columns) column++;
      // Behind the last column a cursor stands on it.
      at = column + 1 < after.columns ? column + 1 : -1;
    }
  }
  return style === plain ? output : `${output}\x1b[m`;
}

/** Where nothing is known of the terminal it was cleared: blanks are there already. */
function isSame(before: Grid | undefined, after: Grid, row: number, column: number): boolean {
  const index = row * after.columns + column;
  if (before === undefined) return after.glyphs[index] === " " && after.styles[index] === plain;
  return before.glyphs[index] === after.glyphs[index] && before.styles[index] === after.styles[index];
}

function startOfGlyph({ columns, glyphs }: Grid, row: number, column: number): number {
  return glyphs[row * columns + column] === "" && column > 0 ? column - 1 : column;
}
