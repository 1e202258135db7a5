import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { difference } from "../../../src/tui/screen/difference.ts";
import { blankGrid, copyOf, type Grid, gridOfFrame, put } from "../../../src/tui/screen/grid.ts";
import { background, bold, foreground, inverse, plain, type Style, underline } from "../../../src/tui/screen/style.ts";
import { virtualTerminal } from "./terminal.ts";

const columns = 12;
const rows = 4;

const style: fc.Arbitrary<Style> = fc.constantFrom(
  plain,
  bold,
  inverse | foreground(2),
  foreground(9),
  background(4) | foreground(15),
  underline | background(12),
);
/** A wide character among them, and one of two code units. */
const glyph = fc.constantFrom("a", " ", "│", "é", "漢", "𝄞");
const change = fc.record({ column: fc.nat(columns - 1), row: fc.nat(rows - 1), glyph, style });

/** Well formed whatever is put where: halves of wide characters that lost the other half become blanks. */
function change1(grid: Grid, { column, row, glyph, style }: { column: number; row: number; glyph: string; style: Style }): void {
  put(grid, column, row, glyph, style);
  for (let index = 0; index < grid.glyphs.length; index++) {
    const startsRow = index % columns === 0;
    const isHalf = grid.glyphs[index] === "";
    const isWide = grid.glyphs[index] === "漢";
    if (isHalf && (startsRow || grid.glyphs[index - 1] !== "漢")) grid.glyphs[index] = " ";
    if (isWide && (index % columns === columns - 1 || grid.glyphs[index + 1] !== "")) grid.glyphs[index] = " ";
    if (isWide && grid.glyphs[index + 1] === "") grid.styles[index + 1] = grid.styles[index] ?? plain;
  }
}

/** The same frame on a fresh terminal, drawn cell by cell. */
async function expected(grid: Grid): Promise<string[]> {
  const terminal = virtualTerminal(columns, rows);
  terminal.write(`\x1b[?7l${difference(undefined, grid)}`);
  return terminal.cells();
}

describe("the law of differences", () => {
  it("after any differences a terminal shows the last frame, cell by cell", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 8 }), { minLength: 1, maxLength: 6 }), async (frames) => {
        const terminal = virtualTerminal(columns, rows);
        terminal.write("\x1b[?7l");
        let before: Grid | undefined;
        for (const changes of frames) {
          const after = before === undefined ? blankGrid(columns, rows) : copyOf(before);
          for (const one of changes) change1(after, one);
          terminal.write(difference(before, after));
          before = after;
        }
        const shown = await terminal.cells();
        expect(shown).toEqual(await expected(before as Grid));
        expect(shown.map((cell) => [...cell][0])).toEqual((before as Grid).glyphs.map((cell) => (cell === "" ? "<" : [...cell][0])));
      }),
      { numRuns: 150 },
    );
  });

  it("says nothing when nothing has changed, and little when a character has", () => {
    const before = gridOfFrame("some text\nand more", 80, 24);
    const after = copyOf(before);
    expect(difference(before, after)).toBe("");
    put(after, 40, 3, "x", plain);
    expect(difference(before, after)).toBe("\x1b[4;41Hx");
  });

  it("draws everything on a terminal of another size", () => {
    expect(difference(gridOfFrame("a", 10, 2), gridOfFrame("a", 11, 2))).toContain("\x1b[2J");
  });
});

describe("a frame of text", () => {
  it("keeps colours and attributes, and cuts off what does not fit", async () => {
    const grid = gridOfFrame("\x1b[1mbold\x1b[22m \x1b[32mgreen\x1b[39m too long\nnext 漢字\n\n\nbelow", columns, rows);
    const terminal = virtualTerminal(columns, rows);
    terminal.write(`\x1b[?7l${difference(undefined, grid)}`);
    expect(await terminal.text()).toEqual(["bold green t", "next 漢字", "", ""]);
    expect((await terminal.cells())[0]).toBe("b!..-1,-1");
    expect((await terminal.cells())[5]).toBe("g...2,-1");
  });
});
