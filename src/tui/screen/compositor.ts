import { type Capabilities, degrade } from "./degrade.ts";
import { difference } from "./difference.ts";
import type { Cursor, Grid } from "./grid.ts";

/** The terminal that a screen is drawn on. */
export interface ScreenOutput {
  readonly columns: number;
  readonly rows: number;
  /** @returns false when the terminal has not taken it all yet; `onDrain` says when it has */
  write(text: string): boolean;
  onDrain(listener: () => void): () => void;
  onResize(listener: () => void): () => void;
}

/** Owns what a terminal shows: takes whole frames and writes what is different. */
export interface Compositor {
  /** Shows a frame, now or, while the terminal has not taken the last one, as soon as it has; of several only the newest. The grid is its from now on. */
  show(frame: Grid, cursor?: Cursor): void;
  /** Takes the terminal (again): alternate screen, everything drawn afresh. */
  enter(): void;
  /** Gives the terminal back as it was found. Until `enter` nothing is drawn. */
  leave(): void;
  /** The terminal shows something else than we think: the next frame is drawn whole. */
  forget(): void;
}

/** Alternate screen, no wrapping at the last column, pastes are marked. */
const enterScreen = "\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[m\x1b[2J";
const leaveScreen = "\x1b[m\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l";
/** Synchronized output: terminals that know it show the whole frame at once. */
const beginFrame = "\x1b[?2026h";
const endFrame = "\x1b[?2026l";

export function createCompositor(output: ScreenOutput, capabilities: Capabilities): Compositor {
  let shown: Grid | undefined;
  let cursorAt = "";
  let waiting: { readonly frame: Grid; readonly cursor: Cursor | undefined } | undefined;
  let isBlocked = false;
  let isOurs = false;

  const draw = (frame: Grid, cursor: Cursor | undefined): void => {
    const cells = difference(shown, frame);
    const place = cursor === undefined ? "\x1b[?25l" : `\x1b[${cursor.row + 1};${cursor.column + 1}H\x1b[?25h`;
    shown = frame;
    if (cells === "" && place === cursorAt) return;
    cursorAt = place;
    // What changes one place cannot be torn.
    const isSmall = cells.length < 40;
    const text = isSmall ? cells + place : `${beginFrame}\x1b[?25l${cells}${place}${endFrame}`;
    if (output.write(text)) return;
    isBlocked = true;
    const stop = output.onDrain(() => {
      stop();
      isBlocked = false;
      const next = waiting;
      waiting = undefined;
      if (next !== undefined && isOurs) draw(next.frame, next.cursor);
    });
  };
  return {
    show: (frame, cursor) => {
      if (!isOurs) return;
      degrade(frame, capabilities);
      if (isBlocked) waiting = { frame, cursor };
      else draw(frame, cursor);
    },
    enter: () => {
      if (isOurs) return;
      isOurs = true;
      shown = undefined;
      cursorAt = "";
      output.write(enterScreen);
    },
    leave: () => {
      if (!isOurs) return;
      isOurs = false;
      waiting = undefined;
      output.write(leaveScreen);
    },
    forget: () => {
      shown = undefined;
      cursorAt = "";
    },
  };
}
