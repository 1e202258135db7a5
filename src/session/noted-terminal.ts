import type { RangeTerminal, TerminalSize } from "../world/engine.ts";
import type { Deed } from "./learner-session.ts";

/** A terminal whose keys are written down, each before it is done. */
export function notedTerminal(terminal: RangeTerminal, host: string, size: TerminalSize, note: (deed: Deed) => void): RangeTerminal {
  note({ type: "opened", host, ...size });
  return {
    closed: terminal.closed,
    onOutput: (listener) => terminal.onOutput(listener),
    close: () => terminal.close(),
    write: (input) => {
      note({ type: "typed", host, input });
      terminal.write(input);
    },
    resize: (newSize) => {
      note({ type: "resized", host, ...newSize });
      terminal.resize(newSize);
    },
  };
}
