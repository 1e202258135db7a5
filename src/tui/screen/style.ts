/**
 * How a cell is drawn, packed into 16 bits: foreground (bits 0 to 4: 0 the terminal's own, 1 to 16 the ANSI colours 0 to 15),
 * background (bits 5 to 9, likewise), then a bit each for the attributes. There are no other colours: they alone are legible on
 * whatever background the learner's terminal has.
 */
export type Style = number;

export const plain: Style = 0;

/** Attribute bits, by the SGR parameter that turns them on. */
const attributes: readonly (readonly [sgr: number, bit: number])[] = [
  [1, 1 << 10],
  [2, 1 << 11],
  [3, 1 << 12],
  [4, 1 << 13],
  [7, 1 << 14],
  [9, 1 << 15],
];

const bits = new Map(attributes);
export const bold: Style = 1 << 10;
export const dim: Style = 1 << 11;
export const italic: Style = 1 << 12;
export const underline: Style = 1 << 13;
export const inverse: Style = 1 << 14;
export const struck: Style = 1 << 15;

/** @param colour 0 to 15 */
export function foreground(colour: number): Style {
  return colour + 1;
}

/** @param colour 0 to 15 */
export function background(colour: number): Style {
  return (colour + 1) << 5;
}

export function withoutColours(style: Style): Style {
  return style & ~0x3ff;
}

/** The control sequence that turns any style into this one. */
export function sgr(style: Style): string {
  const parameters: number[] = [0];
  for (const [parameter, bit] of attributes) if ((style & bit) !== 0) parameters.push(parameter);
  const fore = style & 31;
  const back = (style >> 5) & 31;
  if (fore > 0) parameters.push(fore <= 8 ? 29 + fore : 81 + fore);
  if (back > 0) parameters.push(back <= 8 ? 39 + back : 91 + back);
  return style === plain ? "\x1b[m" : `\x1b[${parameters.join(";")}m`;
}

/** The style after an SGR sequence. @param parameters what stands between `CSI` and `m`; other colours than the 16 are left out */
export function styleAfter(style: Style, parameters: string): Style {
  let next = style;
  for (const parameter of parameters.split(";").map(Number)) {
    const bit = bits.get(parameter);
    if (parameter === 0) next = plain;
    else if (bit !== undefined) next |= bit;
    else if (parameter === 22) next &= ~(bold | dim);
    else if (parameter >= 23 && parameter <= 29) next &= ~(bits.get(parameter - 20) ?? 0);
    else if (parameter >= 30 && parameter <= 37) next = (next & ~31) | (parameter - 29);
    else if (parameter >= 90 && parameter <= 97) next = (next & ~31) | (parameter - 81);
    else if (parameter === 39) next &= ~31;
    else if (parameter >= 40 && parameter <= 47) next = (next & ~(31 << 5)) | ((parameter - 39) << 5);
    else if (parameter >= 100 && parameter <= 107) next = (next & ~(31 << 5)) | ((parameter - 91) << 5);
    else if (parameter === 49) next &= ~(31 << 5);
  }
  return next;
}
