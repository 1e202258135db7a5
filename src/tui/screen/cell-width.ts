/** East Asian wide and full-width characters, and pictures. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that a character takes on a terminal: wide ones two, combining marks and joiners none. */
export function cellWidth(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/[\p{M}\p{Cf}]/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** The same of a text. */
export function textWidth(text: string): number {
  let columns = 0;
  for (const character of text) columns += cellWidth(character);
  return columns;
}

/** The beginning of a text that fits, with `…` where something was cut off. */
export function fitted(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let shown = "";
  let used = 0;
  for (const character of text) {
    used += cellWidth(character);
    if (used > columns - 1) break;
    shown += character;
  }
  return columns > 0 ? `${shown}…` : "";
}
