import { Text, Transform } from "ink";
import type { ReactElement, ReactNode } from "react";
import { bold, dim, foreground, inverse, italic, type Style, struck, underline } from "../screen/style.ts";

/**
 * Text in a style. Ink's own colours come from a library that asks the process whether it may, and a screen is not the process:
 * here the style always stands in the frame, and the compositor leaves out what its terminal cannot show.
 */
export function Styled({ as, children }: { readonly as: Style; readonly children?: ReactNode }): ReactElement {
  return <Transform transform={(text) => styled(text, as)}>{children}</Transform>;
}

const ends: readonly (readonly [Style, number, number])[] = [
  [bold, 1, 22],
  [dim, 2, 22],
  [italic, 3, 23],
  [underline, 4, 24],
  [inverse, 7, 27],
  [struck, 9, 29],
];

/** One sequence for each side of the style, as Ink's own tokenizer expects them. */
function styled(text: string, style: Style): string {
  const fore = style & 31;
  const begin = ends.flatMap(([bit, on]) => ((style & bit) === 0 ? [] : [`\x1b[${on}m`]));
  const end = ends.flatMap(([bit, , off]) => ((style & bit) === 0 ? [] : [`\x1b[${off}m`]));
  if (fore > 0) {
    begin.push(`\x1b[${fore <= 8 ? 29 + fore : 81 + fore}m`);
    end.push("\x1b[39m");
  }
  return `${begin.join("")}${text}${end.reverse().join("")}`;
}

/** What has a glyph may have a colour besides. */
export const good: Style = foreground(2);
export const bad: Style = foreground(1);

/** One line: what does not fit is cut off. */
export function Line({ as, children }: { readonly as?: Style; readonly children?: ReactNode }): ReactElement {
  return <Text wrap="truncate-end">{as === undefined ? children : <Styled as={as}>{children}</Styled>}</Text>;
}
