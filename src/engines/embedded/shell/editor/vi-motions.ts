import type { Document } from "./document.ts";

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Where a motion key leads, or undefined when the key is no motion. @param page rows that Ctrl-F moves */
export function motion(key: string, document: Document, count: number, page: number): Place | undefined {
  const { row, column, line } = document;
  switch (key) {
    case "h":
    case "left":
    case "backspace":
      return { row, column: Math.max(0, column - count) };
    case "l":
    case "right":
    case " ":
      return { row, column: Math.min(line.length, column + count) };
    case "j":
    case "down":
    case "ctrl-n":
      return { row: row + count, column };
    case "k":
    case "up":
    case "ctrl-p":
      return { row: Math.max(0, row - count), column };
    case "enter":
    case "+":
      return { row: row + count, column: firstText(document.lines[row + count]) };
    case "-":
      return { row: row - count, column: firstText(document.lines[row - count]) };
    case "0":
    case "home":
      return { row, column: 0 };
    case "^":
      return { row, column: firstText(line) };
    case "$":
    case "end":
      return { row, column: Math.max(0, line.length - 1) };
    case "w":
    case "b":
    case "e":
      return repeated(count, { row, column }, (place) => wordMotion(key, document.lines, place));
    case "pagedown":
    case "ctrl-f":
      return { row: row + page * count, column };
    case "pageup":
    case "ctrl-b":
      return { row: Math.max(0, row - page * count), column };
    case "ctrl-d":
      return { row: row + Math.ceil(page / 2), column };
    case "ctrl-u":
      return { row: Math.max(0, row - Math.ceil(page / 2)), column };
    case "{":
      return {
        row: Math.max(
          0,
          document.lines.findLastIndex((text, index) => index < row && text === ""),
        ),
        column: 0,
      };
    case "}": {
      const next = document.lines.findIndex((text, index) => index > row && text === "");
      return { row: next === -1 ? document.lines.length - 1 : next, column: 0 };
    }
    default:
      return undefined;
  }
}

function firstText(line: string | undefined): number {
  return Math.max(0, (line ?? "").search(/\S/));
}

function repeated(count: number, from: Place, step: (place: Place) => Place): Place {
  let place = from;
  for (let index = 0; index < count; index++) place = step(place);
  return place;
}

function wordMotion(key: "w" | "b" | "e", lines: readonly string[], { row, column }: Place): Place {
  const line = lines[row] ?? "";
  const starts = [...line.matchAll(/\w+|[^\w\s]+/g)].map((match) => ({ start: match.index, end: match.index + match[0].length - 1 }));
  if (key === "b") {
    const before = starts.findLast(({ start }) => start < column);
    if (before !== undefined) return { row, column: before.start };
    return row === 0 ? { row, column: 0 } : wordMotion("b", lines, { row: row - 1, column: Number.POSITIVE_INFINITY });
  }
  const next = key === "w" ? starts.find(({ start }) => start > column)?.start : starts.find(({ end }) => end > column)?.end;
  if (next !== undefined) return { row, column: next };
  if (row + 1 >= lines.length) return { row, column: Math.max(0, line.length - (key === "e" ? 1 : 0)) };
  const below = lines[row + 1] ?? "";
  if (key === "w") return { row: row + 1, column: firstText(below) };
  return wordMotion("e", lines, { row: row + 1, column: -1 });
}
