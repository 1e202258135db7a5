import { cellWidth } from "./cell-width.ts";
import { type Grid, put } from "./grid.ts";
import { withoutColours } from "./style.ts";

/** What a terminal can show. */
export interface Capabilities {
  /** False by NO_COLOR: attributes and glyphs say it all. */
  readonly colour: boolean;
  /** False where the locale is not UTF-8: ASCII only. */
  readonly unicode: boolean;
}

const ascii: Readonly<Record<string, string>> = {
  "─": "-",
  "│": "|",
  "┌": "+",
  "┐": "+",
  "└": "+",
  "┘": "+",
  "├": "+",
  "┤": "+",
  "┬": "+",
  "┴": "+",
  "┼": "+",
  "✓": "x",
  "✗": "!",
  "○": "o",
  "●": "*",
  "▸": ">",
  "▲": "^",
  "▼": "v",
  "…": "~",
  "·": ".",
  "–": "-",
  "—": "-",
  "→": ">",
  "⇄": "=",
  "“": '"',
  "”": '"',
  "„": '"',
  "’": "'",
  "‘": "'",
};

/** Brings a grid down to what a terminal can show, in place. A character without an ASCII look-alike becomes `?`. */
export function degrade(grid: Grid, { colour, unicode }: Capabilities): void {
  if (!colour) for (const [index, style] of grid.styles.entries()) grid.styles[index] = withoutColours(style);
  if (unicode) return;
  for (const [index, glyph] of grid.glyphs.entries()) {
    if (glyph === "" || /^[ -~]$/.test(glyph)) continue;
    const bare = glyph.normalize("NFD").replaceAll(/[^ -~]/g, "");
    const column = index % grid.columns;
    put(grid, column, Math.floor(index / grid.columns), ascii[glyph] ?? (bare.slice(0, 1) || "?"), grid.styles[index] ?? 0);
    if (cellWidth(glyph) === 2 && column + 1 < grid.columns) grid.glyphs[index + 1] = " ";
  }
}
