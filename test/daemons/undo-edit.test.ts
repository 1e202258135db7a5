import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { undoEdit } from "../../src/daemons/undo-edit.ts";

describe("undoEdit", () => {
  it.each<[string, string, string, string, string | undefined]>([
    ["nothing else changed", "a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n", "a\nb\nc\n"],
    ["lines were added above and below", "a\nb\nc\n", "a\nX\nc\n", "new\na\nX\nc\nnew\n", "new\na\nb\nc\nnew\n"],
    ["a neighbour was changed", "a\nb\nc\n", "a\nX\nc\n", "A\nX\nc\n", "A\nb\nc\n"],
    ["the edit added a line", "a\nc\n", "a\nb\nc\n", "0\na\nb\nc\n", "0\na\nc\n"],
    ["the edit appended a line", "a\n", "a\nb\n", "0\na\nb\n", "0\na\n"],
    ["the edit removed a line", "a\nb\nc\nd\n", "a\nc\nd\n", "0\na\nc\nd\n1\n", "0\na\nb\nc\nd\n1\n"],
    ["the edited line itself was changed", "a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n", undefined],
    ["the edited line is gone", "a\nb\nc\n", "a\nX\nc\n", "a\nc\n", undefined],
    ["the place cannot be told from another", "a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\nx\na\nX\nc\n", undefined],
    ["what surrounded a removed line is gone", "a\nb\nc\n", "a\nc\n", "A\nC\n", undefined],
  ])("when %s", (_, before, after, now, expected) => {
    expect(undoEdit(before, after, now)).toBe(expected);
  });

  it("takes out an edit of distinct lines and nothing else, wherever others added lines", () => {
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}\n`);
    fc.assert(
      fc.property(fc.nat(11), fc.nat(12), fc.nat(12), (edited, firstAt, secondAt) => {
        const added = (text: readonly string[]): string => {
          const grown = text.toSpliced(firstAt, 0, "first\n").toSpliced(secondAt, 0, "second\n");
          return grown.join("");
        };
        const after = lines.with(edited, "edited\n");
        expect(undoEdit(lines.join(""), after.join(""), added(after))).toBe(added(lines));
      }),
    );
  });
});
