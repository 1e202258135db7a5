import wrapAnsi from "wrap-ansi";

/** Prose for a terminal: paragraphs are filled to the width; code, quotes, lists and fields keep their lines. */
export function readable(markdown: string, columns: number): string {
  return folded(joinParagraphs(markdown.replaceAll("**", "")).join("\n"), columns);
}

/** Text in which each line stands for itself: long ones are folded between words, the rest below the beginning. */
export function folded(text: string, columns: number): string {
  const width = Math.max(20, columns - 1);
  const fold = (line: string): string => {
    const indent = /^(?:\[\w+ ?\]\s*|[\s|>]*)/.exec(line)?.[0].length ?? 0;
    if (line.length <= width || indent > width / 2) return line;
    const rest = wrapAnsi(line.slice(indent), width - indent, { trim: true, hard: false });
    return line.slice(0, indent) + rest.replaceAll("\n", `\n${" ".repeat(indent)}`);
  };
  return text.split("\n").map(fold).join("\n");
}

/** Lines of one paragraph become one; what is laid out on purpose (code, quotes, lists, tables, fields) is not touched. */
function joinParagraphs(text: string): string[] {
  const joined: string[] = [];
  let inCode = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) inCode = !inCode;
    const last = joined.at(-1);
    const goesOn = !inCode && last !== undefined && isProse(last) && isProse(line);
    if (goesOn) joined[joined.length - 1] = `${last} ${line}`;
    else joined.push(line);
  }
  return joined;
}

function isProse(line: string): boolean {
  return /^[^\s>|#*+`-]/.test(line) && !/^\d+\. |^[\w-]+: |,$/.test(line.length < 60 ? line : line.slice(0, 20));
}
