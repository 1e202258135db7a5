import { createEmulator, type Emulator } from "../screen/emulator.ts";
import type { Cursor, Grid, Rectangle } from "../screen/grid.ts";
import type { Key } from "../screen/keys.ts";

/** The learner's shells as they look: a terminal for each host, drawn when its host is in front. */
export interface Shells {
  hear(host: string, output: string): void;
  /** The shell of this host is over. */
  ended(host: string): void;
  isOver(host: string): boolean;
  /** Shells of a new range: what was on the screens is gone. */
  clear(): void;
  size(): Pick<Rectangle, "columns" | "rows">;
  /** @returns false when it is the size that they have */
  resize(size: Pick<Rectangle, "columns" | "rows">): boolean;
  draw(host: string, grid: Grid, into: Rectangle): Cursor | undefined;
  bytesFor(host: string, key: Key): string;
  /** Looks back (negative) or forward by so many screens. @returns lines between what is visible and the end */
  scroll(host: string, screens: number): number;
  scrollToEnd(host: string): void;
  /** Calls back when a shell's screen has changed, and with what its terminal answers to a program. */
  onChange(listener: ShellListener): void;
  close(): void;
}

export interface ShellListener {
  changed(host: string): void;
  answer(host: string, bytes: string): void;
  ended(host: string): void;
}

export function createShells(first: Pick<Rectangle, "columns" | "rows">): Shells {
  const open = new Map<string, Emulator>();
  const over = new Set<string>();
  let size = first;
  let listener: ShellListener | undefined;
  const of = (host: string): Emulator => {
    const known = open.get(host);
    if (known !== undefined) return known;
    const answer = (bytes: string): void => listener?.answer(host, bytes);
    const emulator = createEmulator({ ...size, answer, onChange: () => listener?.changed(host) });
    open.set(host, emulator);
    return emulator;
  };
  const clear = (): void => {
    for (const emulator of open.values()) emulator.close();
    open.clear();
    over.clear();
  };
  return {
    hear: (host, output) => {
      over.delete(host);
      of(host).hear(output);
    },
    ended: (host) => {
      if (!open.has(host)) return;
      over.add(host);
      of(host).hear("\r\n(This shell has ended. Enter opens another.)\r\n");
      listener?.ended(host);
    },
    isOver: (host) => over.has(host),
    clear,
    size: () => size,
    resize: (next) => {
      if (next.columns === size.columns && next.rows === size.rows) return false;
      size = { columns: next.columns, rows: next.rows };
      for (const emulator of open.values()) emulator.resize(next.columns, next.rows);
      return true;
    },
    draw: (host, grid, into) => open.get(host)?.draw(grid, into),
    bytesFor: (host, key) => of(host).bytesFor(key),
    scroll: (host, screens) => {
      of(host).scroll(screens * (size.rows - 1));
      return of(host).behind();
    },
    scrollToEnd: (host) => open.get(host)?.scrollToEnd(),
    onChange: (next) => {
      listener = next;
    },
    close: clear,
  };
}
