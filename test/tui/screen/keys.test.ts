import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyDecoder, type Key } from "../../../src/tui/screen/keys.ts";

const known: readonly (readonly [bytes: string, name: string])[] = [
  ["a", "a"],
  ["ä", "ä"],
  ["?", "?"],
  ["\r", "enter"],
  ["\t", "tab"],
  ["\x7f", "backspace"],
  ["\x07", "ctrl-g"],
  ["\x03", "ctrl-c"],
  ["\x1b[A", "up"],
  ["\x1bOA", "up"],
  ["\x1b[1;5D", "ctrl-left"],
  ["\x1b[5~", "pageup"],
  ["\x1b[5;2~", "shift-pageup"],
  ["\x1b[Z", "shift-tab"],
  ["\x1bOP", "f1"],
  ["\x1b[[A", "f1"],
  ["\x1b[11~", "f1"],
  ["\x1b[1;2R", "shift-f3"],
  ["\x1b[24~", "f12"],
  ["\x1bx", "alt-x"],
  ["\x1b[?62;c", "unknown"],
  ["\x1b[<0;10;5M", "unknown"],
  ["\x1b]11;rgb:0000/0000/0000\x07", "unknown"],
  ["\x1b[I", "unknown"],
];

function decodeIn(pieces: readonly string[]): Key[] {
  const decoder = createKeyDecoder();
  return [...pieces.flatMap((piece) => decoder.hear(piece)), ...decoder.settle()];
}

describe("the key decoder", () => {
  it.each(known)("knows %j as %s", (bytes, name) => {
    expect(decodeIn([bytes])).toEqual([{ name, bytes }]);
  });

  it("takes keys apart that come at once, and puts together what was cut anywhere", () => {
    const paste = fc
      .constantFrom("two\nlines", "\x1b[A in it", "")
      .map((text) => ({ bytes: `\x1b[200~${text}\x1b[201~`, name: "paste", text }));
    const key = fc.constantFrom(...known).map(([bytes, name]) => ({ bytes, name, text: bytes }));
    fc.assert(
      fc.property(fc.array(fc.oneof(key, paste), { maxLength: 8 }), fc.array(fc.nat(200), { maxLength: 6 }), (typed, cuts) => {
        const whole = typed.map(({ bytes }) => bytes).join("");
        const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((left, right) => left - right);
        const pieces = [0, ...places].map((place, index) => whole.slice(place, [...places, whole.length][index]));
        expect(decodeIn(pieces)).toEqual(typed.map(({ name, text }) => ({ name, bytes: text })));
      }),
      { numRuns: 500 },
    );
  });

  it("waits with an escape for what may follow, and takes it for the Escape key when nothing does", () => {
    const decoder = createKeyDecoder();
    expect(decoder.hear("\x1b")).toEqual([]);
    expect(decoder.isWaiting()).toBe(true);
    expect(decoder.settle()).toEqual([{ name: "escape", bytes: "\x1b" }]);
    expect(decoder.isWaiting()).toBe(false);
    expect(decoder.hear("\x1b\x1b[A")).toEqual([
      { name: "escape", bytes: "\x1b" },
      { name: "up", bytes: "\x1b[A" },
    ]);
  });

  it("keeps every byte of what no key of ours sends", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("\x1b", "[", "O", "1", ";", "~", "A", "]", "\x07", "P", "\\", "é"), { maxLength: 12 }),
        (bytes) => {
          expect(
            decodeIn(bytes)
              .map((key) => key.bytes)
              .join(""),
          ).toBe(bytes.join(""));
        },
      ),
      { numRuns: 500 },
    );
  });
});
