import type { Console } from "../command.ts";
import { cells } from "./line-view.ts";

/** Full-screen output for pagers and editors: the alternate screen, painted whole. */
export class Screen {
  readonly #console: Console;

  constructor(console: Console) {
    this.#console = console;
  }

  get rows(): number {
    return Math.max(2, this.#console.rows);
  }

  get columns(): number {
    return Math.max(10, this.#console.columns);
  }

  enter(): void {
    this.#console.setRaw(true);
    this.#console.write("\x1b[?1049h\x1b[H\x1b[2J");
  }

  leave(): void {
    this.#console.write("\x1b[?1049l");
    this.#console.setRaw(false);
  }

  /** @param lines one for each row, the top first. @param cursor row and column from 0; where it is left when absent */
  paint(lines: readonly string[], cursor?: { readonly row: number; readonly column: number }): void {
    const rows = Array.from({ length: this.rows }, (_, row) => `\x1b[${row + 1};1H${clipped(lines[row] ?? "", this.columns)}\x1b[K`);
    const place = cursor === undefined ? "" : `\x1b[${cursor.row + 1};${cursor.column + 1}H`;
    this.#console.write(`\x1b[?25l${rows.join("")}${place}\x1b[?25h`);
  }
}

/** Inverse video, for status lines. */
export function inverse(text: string): string {
  return `\x1b[7m${text}\x1b[m`;
}

/** As much of a line as fits, escape sequences not counted. */
function clipped(line: string, columns: number): string {
  if (line.length <= columns) return line;
  let [shown, width] = ["", 0];
  for (const part of line.split(/(\x1b\[[0-9;]*m)/)) {
    if (part.startsWith("\x1b[")) {
      shown += part;
      continue;
    }
    for (const char of part) {
      width += cells(char);
      if (width > columns) return `${shown}\x1b[m`;
      shown += char;
    }
  }
  return shown;
}

/** Tabs as blanks up to the next eighth column, control characters as ^X. */
export function expanded(line: string): string {
  let result = "";
  for (const char of line) {
    if (char === "\t") result += " ".repeat(8 - (cells(result) % 8));
    else if (char < " " || char === "\x7f") result += `^${String.fromCharCode(char.charCodeAt(0) ^ 64)}`;
    else result += char;
  }
  return result;
}
