import xterm, { type IBufferCell } from "@xterm/headless";
import type { Cursor, Grid, Rectangle } from "./grid.ts";
import type { Key } from "./keys.ts";
import { background, bold, dim, foreground, inverse, italic, plain, type Style, struck, underline } from "./style.ts";

/** A terminal inside our screen: hears what a shell prints, and is drawn into a part of a grid. */
export interface Emulator {
  hear(output: string): void;
  resize(columns: number, rows: number): void;
  /** Draws what is visible into the rectangle; the cursor in cells of the grid, where it shows. */
  draw(grid: Grid, into: Rectangle): Cursor | undefined;
  /** What a program in this terminal is to be sent for a key. */
  bytesFor(key: Key): string;
  /** Looks back (negative) or forward by so many lines. */
  scroll(lines: number): void;
  scrollToEnd(): void;
  /** Lines between what is visible and the end. */
  behind(): number;
  close(): void;
}

export interface EmulatorOptions {
  readonly columns: number;
  readonly rows: number;
  /** What the terminal answers to a program that asks it something. */
  readonly answer: (bytes: string) => void;
  /** The screen has changed. */
  readonly onChange: () => void;
}

const rememberedLines = 2000;

export function createEmulator({ columns, rows, answer, onChange }: EmulatorOptions): Emulator {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: rememberedLines, allowProposedApi: true, logLevel: "off" });
  let cursorHidden = false;
  // There is no public way to ask.
  for (const [final, hidden] of [
    ["l", true],
    ["h", false],
  ] as const) {
    terminal.parser.registerCsiHandler({ prefix: "?", final }, (parameters) => {
      if (parameters.includes(25)) cursorHidden = hidden;
      return false;
    });
  }
  terminal.onData(answer);
  const behind = (): number => terminal.buffer.active.baseY - terminal.buffer.active.viewportY;
  return {
    hear: (output) => terminal.write(output, onChange),
    resize: (newColumns, newRows) => terminal.resize(newColumns, newRows),
    draw: (grid, into) => {
      const buffer = terminal.buffer.active;
      const cell = buffer.getNullCell();
      const width = Math.min(into.columns, terminal.cols);
      for (let row = 0; row < Math.min(into.rows, terminal.rows); row++) {
        const line = buffer.getLine(buffer.viewportY + row);
        if (line === undefined) continue;
        let index = (into.top + row) * grid.columns + into.left;
        for (let column = 0; column < width; column++, index++) {
          line.getCell(column, cell);
          const cut = cell.getWidth() === 2 && column + 1 >= width;
          grid.glyphs[index] = cut ? " " : cell.getWidth() === 0 ? "" : cell.getChars() || " ";
          grid.styles[index] = cell.isAttributeDefault() ? plain : styleOf(cell);
        }
      }
      const row = buffer.cursorY + behind();
      if (cursorHidden || row >= into.rows) return undefined;
      return { column: into.left + Math.min(buffer.cursorX, width - 1), row: into.top + row };
    },
    bytesFor: ({ name, bytes }) => {
      if (name === "paste") return terminal.modes.bracketedPasteMode ? `\x1b[200~${bytes}\x1b[201~` : bytes.replaceAll(/\r?\n/g, "\r");
      return terminal.modes.applicationCursorKeysMode ? bytes.replace(/^\x1b\[([A-DHF])$/, "\x1bO$1") : bytes;
    },
    scroll: (lines) => terminal.scrollLines(lines),
    scrollToEnd: () => terminal.scrollToBottom(),
    behind,
    close: () => terminal.dispose(),
  };
}

function styleOf(cell: IBufferCell): Style {
  let style = plain;
  if (!cell.isFgDefault()) style |= foreground(cell.isFgRGB() ? nearest(cell.getFgColor()) : indexed(cell.getFgColor()));
  if (!cell.isBgDefault()) style |= background(cell.isBgRGB() ? nearest(cell.getBgColor()) : indexed(cell.getBgColor()));
  if (cell.isBold() !== 0) style |= bold;
  if (cell.isDim() !== 0) style |= dim;
  if (cell.isItalic() !== 0) style |= italic;
  if (cell.isUnderline() !== 0) style |= underline;
  if (cell.isInverse() !== 0) style |= inverse;
  if (cell.isStrikethrough() !== 0) style |= struck;
  return style;
}

/** One of 16 for one of the 256 colours: the first 16 as they are, the cube and the greys by their light. */
function indexed(colour: number): number {
  if (colour < 16) return colour;
  if (colour >= 232) return nearest((8 + (colour - 232) * 10) * 0x010101);
  const level = (value: number): number => (value === 0 ? 0 : 55 + value * 40);
  const cube = colour - 16;
  return nearest((level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6));
}

/** @param rgb 0xrrggbb */
function nearest(rgb: number): number {
  const [red, green, blue] = [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255] as const;
  const most = Math.max(red, green, blue);
  if (most - Math.min(red, green, blue) < 40) return most < 64 ? 0 : most < 150 ? 8 : most < 215 ? 7 : 15;
  const hue = (red > most / 2 ? 1 : 0) | (green > most / 2 ? 2 : 0) | (blue > most / 2 ? 4 : 0);
  return most > 200 ? hue + 8 : hue;
}
