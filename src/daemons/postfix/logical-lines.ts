/** One logical line of a Postfix file: a line and the lines after it that start with white space. */
export interface LogicalLine {
  /** Joined as Postfix joins them: the line ends are dropped, the leading white space of the continuations stays. */
  readonly text: string;
  /** Number of the first line, from 1. */
  readonly first: number;
  /** Number of the last line that belongs to it. */
  readonly last: number;
}

/**
 * Splits a file into logical lines, as Postfix's readllines(3) does for main.cf, master.cf and lookup tables. Lines that are
 * empty, white space or a comment vanish, also inside a continued line. A logical line that starts with white space (there was
 * nothing to continue) is dropped; `onStray` is told.
 */
export function logicalLines(content: string, onStray?: (line: LogicalLine) => void): readonly LogicalLine[] {
  const lines: LogicalLine[] = [];
  let open: { text: string; first: number; last: number } | undefined;
  const close = () => {
    if (open === undefined) return;
    if (/^\s/.test(open.text)) onStray?.(open);
    else lines.push(open);
    open = undefined;
  };
  content.split("\n").forEach((line, index) => {
    const number = index + 1;
    const start = line.trimStart();
    const continues = line !== start || line === "" || line.startsWith("#");
    if (!continues) close();
    if (start === "" || start.startsWith("#")) return;
    if (open === undefined) open = { text: line, first: number, last: number };
    else open = { text: open.text + line, first: open.first, last: number };
  });
  close();
  return lines;
}

/** What Postfix prints about a stray line; `path` as the program names the file. */
export function strayLineText(path: string, line: LogicalLine): string {
  const shown = line.text.length > 30 ? `${line.text.slice(0, 30)}...` : line.text;
  return `${path}: logical line must not start with whitespace: "${shown}"`;
}
