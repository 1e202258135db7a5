import type { ReactElement } from "react";
import { createInkLayer } from "../../src/tui/ink/ink-layer.ts";
import { gridOfFrame } from "../../src/tui/screen/grid.ts";

const ink = createInkLayer();

/** A tree as it looks on a screen of this size: rows of text, blanks at their ends left out. */
export function drawn(tree: ReactElement, { columns, rows }: { readonly columns: number; readonly rows: number }): string[] {
  const { glyphs } = gridOfFrame(ink.frameOf(tree, columns), columns, rows);
  return Array.from({ length: rows }, (_, row) =>
    glyphs
      .slice(row * columns, (row + 1) * columns)
      .join("")
      .trimEnd(),
  );
}
