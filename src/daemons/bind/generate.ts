import type { MasterToken } from "./master-lexer.ts";

/** What `$GENERATE RANGE LHS [TTL] [CLASS] TYPE RHS` stands for: the tokens of each record. Errors in BIND's words. */
export function generateEntries(
  values: readonly MasterToken[],
): { readonly entries: readonly (readonly MasterToken[])[] } | { readonly error: string } {
  const [range, ...template] = values;
  const bounds = /^(\d+)-(\d+)(?:\/(\d+))?$/.exec(range?.text ?? "");
  if (range === undefined || bounds === null) return { error: `invalid range '${range?.text ?? ""}'` };
  const [start, stop, step] = [Number(bounds[1]), Number(bounds[2]), Number(bounds[3] ?? 1)];
  if (start > stop || step === 0) return { error: `invalid range '${range.text}'` };
  const entries: (readonly MasterToken[])[] = [];
  for (let value = start; value <= stop; value += step) {
    entries.push(template.map((token) => ({ ...token, text: fillIn(token.text, value) })));
  }
  return { entries };
}

/** `$` is the number, `${OFFSET,WIDTH,BASE}` the number shifted and padded, `\$` a dollar sign. */
function fillIn(text: string, value: number): string {
  return text.replace(/\\\$|\$\$|\$(?:\{(-?\d+)(?:,(\d+)(?:,([doxX]))?)?\})?/g, (match, offset: string, width: string, base: string) => {
    if (match === "\\$" || match === "$$") return "$";
    const number = value + Number(offset ?? 0);
    const digits = number.toString(base === "o" ? 8 : base === "x" || base === "X" ? 16 : 10).padStart(Number(width ?? 0), "0");
    return base === "X" ? digits.toUpperCase() : digits;
  });
}
