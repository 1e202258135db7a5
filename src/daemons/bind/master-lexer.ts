/** A token of a master file: a word, or a quoted string without its quotes. */
export interface MasterToken {
  /** As written between the delimiters; escapes are kept. */
  readonly text: string;
  readonly quoted: boolean;
  /** The line on which it stands, from 1. */
  readonly line: number;
  /** Offsets of the token in the file, quotes included: [start, end). */
  readonly start: number;
  readonly end: number;
}

/** One entry: a directive or a record, which parentheses may spread over lines. */
export interface MasterEntry {
  readonly tokens: readonly MasterToken[];
  /** True where the entry begins with white space: the owner is the previous record's. */
  readonly blankOwner: boolean;
  /** Why reading stopped after the last token, on that line. */
  readonly failure?: "unbalanced parentheses" | "unbalanced quotes";
  /** The line on which the entry ends. */
  readonly endLine: number;
  /** Offset just behind the entry's last character, before its newline. */
  readonly end: number;
  /** The file ends here, without a newline. */
  readonly endsFile: boolean;
}

/**
 * Splits a master file (RFC 1035, 5.1) into entries as BIND's lexer does. Comments and empty lines give none.
 * `\` escapes the next character; a quoted string ends on its line.
 */
export function readEntries(text: string): readonly MasterEntry[] {
  const entries: MasterEntry[] = [];
  let offset = 0;
  let line = 1;
  while (offset < text.length) {
    const entry = readEntry(text, offset, line);
    if (entry.tokens.length > 0 || entry.failure !== undefined) entries.push(entry);
    offset = entry.end + 1;
    line = entry.endLine + 1;
  }
  return entries;
}

function readEntry(text: string, from: number, firstLine: number): MasterEntry {
  const tokens: MasterToken[] = [];
  const blankOwner = /[ \t]/.test(text.charAt(from));
  let [offset, line, depth] = [from, firstLine, 0];
  let failure: MasterEntry["failure"];
  for (; offset < text.length; offset++) {
    const character = text.charAt(offset);
    if (character === "\n") {
      if (depth === 0) break;
      line++;
    } else if (character === ";") offset = endOfLine(text, offset) - 1;
    else if (failure !== undefined || /[ \t\r]/.test(character)) continue;
    else if (character === "(") depth++;
    else if (character === ")") {
      if (depth === 0) failure = "unbalanced parentheses";
      else depth--;
    } else {
      const token = readToken(text, offset, line);
      if (token === undefined) failure = "unbalanced quotes";
      else tokens.push(token);
      offset = (token?.end ?? endOfLine(text, offset)) - 1;
    }
  }
  if (depth > 0) failure ??= "unbalanced parentheses";
  const end = Math.min(offset, text.length);
  return { tokens, blankOwner, endLine: line, end, endsFile: offset >= text.length, ...(failure === undefined ? {} : { failure }) };
}

/** The token at this offset; undefined where a quoted string does not end on its line. */
function readToken(text: string, start: number, line: number): MasterToken | undefined {
  const quoted = text.charAt(start) === '"';
  let end = quoted ? start + 1 : start;
  while (end < text.length && !(quoted ? /["\n]/ : /[\s();"]/).test(text.charAt(end))) end += text.charAt(end) === "\\" ? 2 : 1;
  end = Math.min(end, text.length);
  if (!quoted) return { text: text.slice(start, end), quoted, line, start, end };
  if (text.charAt(end) !== '"') return undefined;
  return { text: text.slice(start + 1, end), quoted, line, start, end: end + 1 };
}

function endOfLine(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  return newline < 0 ? text.length : newline;
}
