/** Draws a prompt and a line on a terminal, over as many rows as they take, and keeps track of where the cursor stands. */
export class LineView {
  /** Row of the cursor, counted from the prompt's. */
  #row = 0;

  /** @returns what to write to show the line afresh. `cursor` counts characters of the text. */
  draw(prompt: string, text: string, cursor: number, columns: number): string {
    const shown = text.replaceAll("\n", " ");
    const before = cells(prompt) + cells([...shown].slice(0, cursor).join(""));
    const total = cells(prompt) + cells(shown);
    const up = this.#row > 0 ? `\x1b[${this.#row}A` : "";
    // A terminal leaves the cursor behind the last column until the next character comes.
    const wrap = total > 0 && total % columns === 0 ? "\r\n" : "";
    const endRow = Math.floor(total / columns);
    const row = Math.floor(before / columns);
    const column = before % columns;
    const back = endRow > row ? `\x1b[${endRow - row}A` : "";
    this.#row = row;
    return `\r${up}\x1b[J${prompt}${shown}${wrap}${back}\r${column > 0 ? `\x1b[${column}C` : ""}`;
  }

  /** What to write to leave the line: the cursor goes to the row below its end. */
  leave(prompt: string, text: string, columns: number): string {
    const endRow = Math.floor(Math.max(0, cells(prompt) + cells(text) - 1) / columns);
    const down = endRow > this.#row ? `\x1b[${endRow - this.#row}B` : "";
    this.#row = 0;
    return `${down}\r\n`;
  }

  /** The next line starts where the cursor is. */
  reset(): void {
    this.#row = 0;
  }
}

/** Columns that a text takes: wide characters (East Asian, emoji) two, combining marks none. */
export function cells(text: string): number {
  let count = 0;
  for (const char of text) count += charCells(char);
  return count;
}

function charCells(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{M}/u.test(char) || code === 0x200d) return 0;
  const wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3);
  return wide || (code >= 0xf900 && code <= 0xfaff) || (code >= 0xff00 && code <= 0xff60) || (code >= 0x1f300 && code <= 0x1faff) ? 2 : 1;
}
