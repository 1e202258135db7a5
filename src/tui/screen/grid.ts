import { cellWidth } from "./cell-width.ts";
import { plain, type Style, styleAfter } from "./style.ts";

/**
 * A screenful of cells, row by row. A wide character has its glyph in its first cell and "" in the second. Changed only by who made
 * it, until it is shown.
 */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: string[];
  readonly styles: Uint16Array;
}

/** A part of a screen, in cells from its top left corner. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** Where the cursor stands; undefined where none is shown. */
export interface Cursor {
  readonly column: number;
  readonly row: number;
}

export function blankGrid(columns: number, rows: number): Grid {
  return { columns, rows, glyphs: new Array<string>(columns * rows).fill(" "), styles: new Uint16Array(columns * rows) };
}

export function copyOf({ columns, rows, glyphs, styles }: Grid): Grid {
  return { columns, rows, glyphs: glyphs.slice(), styles: styles.slice() };
}

/** Puts one character at a place inside the grid; a wide one that would stick out becomes a blank. */
export function put(grid: Grid, column: number, row: number, glyph: string, style: Style): void {
  const at = row * grid.columns + column;
  const width = cellWidth(glyph);
  const fits = column + width <= grid.columns;
  grid.glyphs[at] = fits ? glyph : " ";
  grid.styles[at] = style;
  if (width < 2 || !fits) return;
  grid.glyphs[at + 1] = "";
  grid.styles[at + 1] = style;
}

const piece = /\x1b\[([\d;]*)m|\x1b\[[\d;?]*[ -/]*[@-~]|\n|[^\x00-\x1f\x7f]/gu;

/** A frame of text, lines and SGR sequences as Ink writes them, as cells. What does not fit is cut off. Pure. */
export function gridOfFrame(frame: string, columns: number, rows: number): Grid {
  const grid = blankGrid(columns, rows);
  let column = 0;
  let row = 0;
  let style = plain;
  for (const [text, parameters] of frame.matchAll(piece)) {
    if (parameters !== undefined) style = styleAfter(style, parameters);
    else if (text === "\n") {
      column = 0;
      row++;
    } else if (!text.startsWith("\x1b")) {
      const width = cellWidth(text);
      if (width === 0 && column > 0 && row < rows && column <= columns) grid.glyphs[row * columns + column - 1] += text;
      else if (row < rows && column < columns) put(grid, column, row, text, style);
      column += width;
    }
  }
  return grid;
}
