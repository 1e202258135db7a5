import xterm from "@xterm/headless";
import type { ScreenOutput } from "../../../src/tui/screen/compositor.ts";

/** A terminal as a user has it, without a window: what is written to it can be read off its screen. */
export interface VirtualTerminal extends ScreenOutput {
  /** Everything written so far, as it came. */
  readonly written: () => string;
  /** The rows of the screen, once all that was written has been drawn. */
  text(): Promise<string[]>;
  /** A cell's glyph, whether it is bold and inverse, and its colours (-1 the terminal's own). */
  cells(): Promise<string[]>;
  readonly isAlternate: () => boolean;
  /** From now on the terminal takes nothing until it is released. */
  block(): void;
  release(): void;
  resize(columns: number, rows: number): void;
}

export function virtualTerminal(columns: number, rows: number): VirtualTerminal {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, logLevel: "off" });
  let written = "";
  let isBlocked = false;
  const drains = new Set<() => void>();
  const resizes = new Set<() => void>();
  const drawn = (): Promise<void> => new Promise((resolve) => terminal.write("", resolve));
  const lines = <T>(read: (line: NonNullable<ReturnType<typeof terminal.buffer.active.getLine>>) => T): T[] =>
    Array.from({ length: terminal.rows }, (_, row) => terminal.buffer.active.getLine(terminal.buffer.active.viewportY + row)).flatMap(
      (line) => (line === undefined ? [] : [read(line)]),
    );
  return {
    get columns() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    write: (text) => {
      written += text;
      terminal.write(text);
      return !isBlocked;
    },
    onDrain: (listener) => {
      drains.add(listener);
      return () => void drains.delete(listener);
    },
    onResize: (listener) => {
      resizes.add(listener);
      return () => void resizes.delete(listener);
    },
    written: () => written,
    text: async () => {
      await drawn();
      return lines((line) => line.translateToString(true));
    },
    cells: async () => {
      await drawn();
      return lines((line) =>
        Array.from({ length: terminal.cols }, (_, column) => {
          const cell = line.getCell(column);
          if (cell === undefined || cell.getWidth() === 0) return "<";
          const flags = [cell.isBold(), cell.isInverse(), cell.isUnderline()].map((flag) => (flag === 0 ? "." : "!")).join("");
          return `${cell.getChars() || " "}${flags}${cell.getFgColor()},${cell.getBgColor()}`;
        }),
      ).flat();
    },
    isAlternate: () => terminal.buffer.active.type === "alternate",
    block: () => {
      isBlocked = true;
    },
    release: () => {
      isBlocked = false;
      for (const listener of [...drains]) listener();
    },
    resize: (newColumns, newRows) => {
      terminal.resize(newColumns, newRows);
      for (const listener of [...resizes]) listener();
    },
  };
}
