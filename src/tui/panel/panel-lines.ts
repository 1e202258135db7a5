import { markedLines, proseLines } from "../prose.ts";
import type { TextPanel } from "./panel.ts";

/** Text never runs wider than this: longer lines are hard to read. */
const widestProse = 96;

/** The lines of a panel of text, as wide as there is room for. Pure. */
export function panelLines({ text }: Pick<TextPanel<unknown>, "text">, columns: number): string[] {
  const width = Math.min(widestProse, columns - 3);
  return /^[✓✗○●]/m.test(text) ? markedLines(text, width) : proseLines(text, width);
}
