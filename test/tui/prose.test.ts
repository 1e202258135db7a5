import { describe, expect, it } from "vitest";
import { markedLines, proseLines } from "../../src/tui/prose.ts";

describe("prose on a screen", () => {
  it("fills paragraphs and items, keeps code, and makes records of tables", () => {
    const markdown = [
      "## On the wire",
      "",
      "One paragraph",
      "of two lines.",
      "",
      "```",
      "C: a line of a dialogue",
      "S: and another",
      "```",
      "- an item that",
      "  goes on",
      "",
      "| | ask | say |",
      "|---|---|---|",
      "| Postfix | mailq | 450 |",
    ].join("\n");
    expect(proseLines(markdown, 26)).toEqual([
      "## On the wire",
      "",
      "One paragraph of two",
      "lines.",
      "",
      "C: a line of a dialogue",
      "S: and another",
      "- an item that goes on",
      "",
      "## Postfix",
      "",
      "- ask: mailq",
      "- say: 450",
    ]);
    expect(proseLines("- an item that goes on and on", 16)).toEqual(["- an item that", "  goes on and on"]);
  });

  it("folds what has a mark below it", () => {
    expect(markedLines("✗ one two three\n  | four five six", 12)).toEqual(["✗ one two", "  three", "  | four", "  | five six"]);
  });
});
