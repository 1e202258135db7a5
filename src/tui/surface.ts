import type { ReactElement } from "react";
import type { Clock, Timer } from "../base/clock.ts";
import { createInkLayer } from "./ink/ink-layer.ts";
import { createCompositor, type ScreenOutput } from "./screen/compositor.ts";
import type { Capabilities } from "./screen/degrade.ts";
import { blankGrid, type Cursor, copyOf, type Grid, gridOfFrame } from "./screen/grid.ts";
import { createKeyDecoder, type Key } from "./screen/keys.ts";

/** Everything that a screen has of the process it runs in. Two screens of one process share nothing. */
export interface SurfacePorts {
  readonly output: ScreenOutput;
  readonly keyboard: Keyboard;
  readonly capabilities: Capabilities;
  readonly clock: Clock;
  /** Aborted when the process is to end: the screen is given back. */
  readonly signal: AbortSignal;
  readonly foreground: Foreground;
}

export interface Keyboard {
  /** Every key comes as it is pressed, until the returned function is called. */
  open(onInput: (input: string) => void, onEnd: () => void): () => void;
}

/** The program's place in its terminal. */
export interface Foreground {
  /** Calls back when the process ends, however it does, before anything is said about it; until the returned function is called. */
  atEnd(undo: () => void): () => void;
  /** Calls back before the program is stopped and after it goes on; until the returned function is called. */
  onStop(stop: () => void, goOn: () => void): () => void;
  /** Stops the program, as Ctrl-Z does. */
  stop(): void;
}

/** Who has the screen. */
export interface Holder {
  onKey(key: Key): void;
  onResize(): void;
}

/** A learner's screen: one program at a time has it. */
export interface Surface {
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Lays a tree out and shows it, with what `over` draws above it. The cursor stands where `over` says. */
  show(tree: ReactElement, over?: (grid: Grid) => Cursor | undefined): void;
  /** Draws anew what is above the tree: cheap, at most 60 times a second. */
  refresh(): void;
  /** Draws everything afresh: something else has written to the terminal. */
  redraw(): void;
  /** Gives keys and sizes to the holder, until the returned function is called. */
  hold(holder: Holder): () => void;
  /** Stops the program until the user's shell lets it go on. */
  stop(): void;
  /** Kept when the keyboard is gone or the process is to end. */
  readonly ended: Promise<void>;
  /** Gives the terminal back. */
  close(): void;
}

/** So long an escape is waited for to become the beginning of a key's sequence. */
const escapeWaitMs = 40;
const frameMs = 16;

export function openSurface({ output, keyboard, capabilities, clock, signal, foreground }: SurfacePorts): Surface {
  const compositor = createCompositor(output, capabilities);
  const ink = createInkLayer();
  const decoder = createKeyDecoder();
  const holders: Holder[] = [];
  let frame: Grid = blankGrid(output.columns, output.rows);
  let over: ((grid: Grid) => Cursor | undefined) | undefined;
  let pause: Timer;
  let isResting = false;
  let isDue = false;
  let isClosed = false;
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });

  const draw = (): void => {
    if (isClosed || frame.columns !== output.columns || frame.rows !== output.rows) return;
    const grid = copyOf(frame);
    compositor.show(grid, over?.(grid));
  };
  const refresh = (): void => {
    isDue = isResting;
    if (isResting) return;
    isResting = true;
    draw();
    clock.setTimeout(() => {
      isResting = false;
      if (isDue) refresh();
    }, frameMs);
  };
  const press = (keys: readonly Key[]): void => {
    for (const key of keys) holders.at(-1)?.onKey(key);
  };
  const onInput = (input: string): void => {
    clock.clearTimeout(pause);
    press(decoder.hear(input));
    if (decoder.isWaiting()) pause = clock.setTimeout(() => press(decoder.settle()), escapeWaitMs);
  };
  let closeKeyboard = keyboard.open(onInput, end);
  const give = (): void => {
    closeKeyboard();
    compositor.leave();
  };
  const take = (): void => {
    compositor.enter();
    closeKeyboard = keyboard.open(onInput, end);
    for (const holder of holders.slice(-1)) holder.onResize();
    draw();
  };
  const stops = [
    output.onResize(() => {
      for (const holder of holders.slice(-1)) holder.onResize();
    }),
    foreground.atEnd(give),
    foreground.onStop(give, take),
  ];
  signal.addEventListener("abort", end, { once: true });
  compositor.enter();
  return {
    size: () => ({ columns: output.columns, rows: output.rows }),
    show: (tree, drawOver) => {
      if (isClosed) return;
      const { columns, rows } = output;
      frame = gridOfFrame(ink.frameOf(tree, columns), columns, rows);
      over = drawOver;
      draw();
    },
    refresh,
    redraw: () => {
      compositor.forget();
      draw();
    },
    hold: (holder) => {
      holders.push(holder);
      return () => void holders.splice(holders.indexOf(holder), 1);
    },
    stop: foreground.stop,
    ended,
    close: () => {
      if (isClosed) return;
      isClosed = true;
      signal.removeEventListener("abort", end);
      clock.clearTimeout(pause);
      for (const stop of stops) stop();
      ink.close();
      give();
    },
  };
}
