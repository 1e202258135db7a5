import { cells } from "../terminal/line-view.ts";
import { expanded } from "../terminal/screen.ts";
import type { Document } from "./document.ts";

/** The part of a document that a screen shows, and where the cursor stands on it. Long lines are scrolled, not folded. */
export class View {
  #top = 0;
  #left = 0;

  /** @param filler what stands in rows behind the end: `~` in vi */
  rows(
    document: Document,
    height: number,
    width: number,
    filler: string,
  ): { readonly lines: readonly string[]; readonly row: number; readonly column: number } {
    this.#top = Math.min(this.#top, document.row);
    if (document.row >= this.#top + height) this.#top = document.row - height + 1;
    const column = cells(expanded(document.line.slice(0, document.column)));
    if (column < this.#left) this.#left = Math.max(0, column - 8);
    if (column >= this.#left + width) this.#left = column - width + 8;
    const lines = Array.from({ length: height }, (_, index) => {
      const line = document.lines[this.#top + index];
      return line === undefined ? filler : expanded(line).slice(this.#left, this.#left + width);
    });
    return { lines, row: document.row - this.#top, column: column - this.#left };
  }
}
