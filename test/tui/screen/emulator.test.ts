import { describe, expect, it } from "vitest";
import { createEmulator } from "../../../src/tui/screen/emulator.ts";
import { blankGrid, type Grid } from "../../../src/tui/screen/grid.ts";
import { bold, foreground } from "../../../src/tui/screen/style.ts";

const place = { left: 3, top: 1, columns: 10, rows: 3 };

function seat() {
  let changed = (): void => {};
  const answers: string[] = [];
  const emulator = createEmulator({ columns: 10, rows: 3, answer: (bytes) => answers.push(bytes), onChange: () => changed() });
  const hear = (output: string): Promise<void> =>
    new Promise((resolve) => {
      changed = resolve;
      emulator.hear(output);
    });
  return { emulator, hear, answers };
}

const rowsOf = ({ glyphs, columns }: Grid): string[] =>
  Array.from({ length: glyphs.length / columns }, (_, row) => glyphs.slice(row * columns, (row + 1) * columns).join(""));

describe("a terminal in the screen", () => {
  it("is drawn into its place, colours brought down to sixteen", async () => {
    const { emulator, hear } = seat();
    await hear("\x1b[1;38;5;1mred\x1b[m\r\n\x1b[38;2;10;240;10mgreen");
    const grid = blankGrid(14, 5);
    expect(emulator.draw(grid, place)).toEqual({ column: 8, row: 2 });
    expect(rowsOf(grid)).toEqual(["              ", "   red        ", "   green      ", "              ", "              "]);
    expect(grid.styles[14 + 3]).toBe(bold | foreground(1));
    expect(grid.styles[28 + 3]).toBe(foreground(10));
  });

  it("answers programs that ask, and hides the cursor when they do", async () => {
    const { emulator, hear, answers } = seat();
    await hear("ab\x1b[6n\x1b[c");
    expect(answers).toEqual(["\x1b[1;3R", "\x1b[?1;2c"]);
    await hear("\x1b[?25l");
    expect(emulator.draw(blankGrid(14, 5), place)).toBeUndefined();
    await hear("\x1b[?25h");
    expect(emulator.draw(blankGrid(14, 5), place)).toBeDefined();
  });

  it("sends keys and pastes as the program asked for them", async () => {
    const { emulator, hear } = seat();
    const up = { name: "up", bytes: "\x1b[A" };
    const paste = { name: "paste", bytes: "one\ntwo" };
    expect([up, paste].map(emulator.bytesFor)).toEqual(["\x1b[A", "one\rtwo"]);
    await hear("\x1b[?1h\x1b[?2004h");
    expect([up, paste].map(emulator.bytesFor)).toEqual(["\x1bOA", "\x1b[200~one\ntwo\x1b[201~"]);
  });

  it("remembers what scrolled away, and has another size when told", async () => {
    const { emulator, hear } = seat();
    await hear("1\r\n2\r\n3\r\n4\r\n5");
    emulator.scroll(-2);
    const grid = blankGrid(14, 5);
    expect(emulator.draw(grid, place)).toBeUndefined();
    expect(rowsOf(grid)[1]).toBe("   1          ");
    expect(emulator.behind()).toBe(2);
    emulator.scrollToEnd();
    emulator.resize(10, 2);
    const after = blankGrid(14, 5);
    emulator.draw(after, { ...place, rows: 2 });
    expect(rowsOf(after).slice(1, 4)).toEqual(["   4          ", "   5          ", "              "]);
  });
});
