import { folded, readable } from "../base/reading.ts";

/** Text as lines of a screen: paragraphs filled to the width, tables as records, no fences. Pure. */
export function proseLines(markdown: string, columns: number): string[] {
  const text = withoutTables(markdown.trim()).replaceAll(/^```.*\n?/gm, "");
  return readable(text, columns + 1).split("\n");
}

/** Lines that stand for themselves, long ones folded below their mark. Pure. */
export function markedLines(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => {
    const [, mark = "", rest = line] = /^([✓✗○●▸] +|\s*\| ?|\s+)(.*)$/.exec(line) ?? [];
    const continued = mark.trim() === "|" ? mark : " ".repeat(mark.length);
    const lines = folded(rest, columns + 1 - mark.length).split("\n");
    return lines.map((part, index) => (index === 0 ? mark : continued) + part);
  });
}

/** A table has no room on a narrow screen: each row becomes a paragraph, headed by its first cell. */
function withoutTables(markdown: string): string {
  return markdown.replaceAll(/(?:^\|.*\|[ ]*\n?)+/gm, (table) => {
    const [head = [], , ...rows] = table.trim().split("\n").map(cellsOf);
    const records = rows.map(([first = "", ...cells]) => {
      const fields = cells.map((cell, index) => (cell === "" ? "" : `\n- ${head[index + 1] === "" ? "" : `${head[index + 1]}: `}${cell}`));
      return `## ${first}\n${fields.join("")}`;
    });
    return `${records.join("\n\n")}\n`;
  });
}

function cellsOf(row: string): string[] {
  return row
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}
