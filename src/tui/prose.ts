import wrapAnsi from "wrap-ansi";
import { readable } from "../base/reading.ts";

/** Text as lines of a screen: paragraphs and list items filled to the width, tables as records, code as it is. Pure. */
export function proseLines(markdown: string, columns: number): string[] {
  // Without a width paragraphs become one line each; where those are folded is a matter of what they begin with.
  return readable(joinItems(withoutTables(markdown.trim()).trim()), Number.MAX_SAFE_INTEGER)
    .split("\n")
    .filter((line) => !line.startsWith("```"))
    .flatMap((line) => foldedBelow(line, columns));
}

/** Lines that stand for themselves, long ones folded below their mark. Pure. */
export function markedLines(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => foldedBelow(line, columns));
}

/** A mark, a bullet, a number, a quote or a blank, and what follows it. What is quoted stays quoted in each line. */
function foldedBelow(line: string, columns: number): string[] {
  const [, mark = "", rest = ""] = /^([✓✗○●▸] +|\s*[|>] ?|\s*(?:[-*+]|\d+\.) +|\s*)(.*)$/.exec(line) ?? [];
  const below = /[|>]/.test(mark) ? mark : " ".repeat(mark.length);
  if (mark.length + rest.length <= columns || mark.length > columns / 2) return [line];
  return wrapAnsi(rest, columns - mark.length, { trim: true, hard: true })
    .split("\n")
    .map((part, index) => (index === 0 ? mark : below) + part);
}

/** An item of a list goes on in the indented lines below it. */
function joinItems(markdown: string): string {
  const joined: string[] = [];
  let inCode = false;
  for (const line of markdown.split("\n")) {
    if (line.startsWith("```")) inCode = !inCode;
    const last = joined.at(-1) ?? "";
    if (!inCode && /^ {2,}\S/.test(line) && /^\s*([-*+]|\d+\.) /.test(last)) joined[joined.length - 1] = `${last} ${line.trim()}`;
    else joined.push(line);
  }
  return joined.join("\n");
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
