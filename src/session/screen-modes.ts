/** Remembers what programs turned on in the terminal that shows their output, to turn it off when they cannot any more. */
export interface ScreenModes {
  /** Output on its way to the screen. */
  hear(output: string): void;
  /** The sequences that bring the screen back to how a shell expects it; "" where nothing is to be undone. */
  undo(): string;
}

/** `CSI ? 1049 h`: the alternate screen, bracketed paste, mouse, hidden cursor (which is the one mode that is on at first). */
const modeChange = /\x1b\[\?([\d;]+)([hl])/g;
const cursorShown = 25;
/** A sequence may be cut in two by the wire. */
const unfinished = /\x1b(?:\[\??[\d;]*)?$/;

export function createScreenModes(): ScreenModes {
  const changed = new Set<number>();
  let rest = "";
  let coloured = false;
  return {
    hear: (output) => {
      const text = rest + output;
      rest = unfinished.exec(text)?.[0] ?? "";
      for (const [, modes = "", way] of text.matchAll(modeChange)) {
        for (const mode of modes.split(";").map(Number)) {
          const asAtFirst = (way === "h") === (mode === cursorShown);
          if (asAtFirst) changed.delete(mode);
          else changed.add(mode);
        }
      }
      const colour = /.*\x1b\[([\d;]*)m/s.exec(text)?.[1];
      if (colour !== undefined) coloured = colour !== "" && colour !== "0";
    },
    undo: () => {
      const modes = [...changed].map((mode) => `\x1b[?${mode}${mode === cursorShown ? "h" : "l"}`).join("");
      return modes + (coloured ? "\x1b[0m" : "");
    },
  };
}
