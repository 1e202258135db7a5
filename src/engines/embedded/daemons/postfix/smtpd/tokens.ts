/** One word of a command line. */
export interface CommandToken {
  readonly text: string;
  /** A quote or bracket stays open. */
  readonly broken: boolean;
}

const closing: Readonly<Record<string, string>> = { "<": ">", "[": "]", '"': '"' };

/** smtpd_token(3): words separated by white space; quotes and brackets hold together; `FROM:` and `TO:` are words of their own. */
export function commandTokens(line: string): readonly CommandToken[] {
  const tokens: CommandToken[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at] as string)) {
      at += 1;
      continue;
    }
    const path = /^(?:from|to):/i.exec(line.slice(at, at + 5))?.[0];
    if (path !== undefined && tokens.length === 1) {
      tokens.push({ text: path, broken: false });
      at += path.length;
      continue;
    }
    const start = at;
    let broken = false;
    while (at < line.length && !/\s/.test(line[at] as string)) {
      const end = closing[line[at] as string];
      if (end === undefined) {
        at += 1;
        continue;
      }
      const close = closingAt(line, at + 1, end);
      broken ||= close === -1;
      at = close === -1 ? line.length : close + 1;
    }
    tokens.push({ text: line.slice(start, at), broken });
  }
  return tokens;
}

/** Where the bracket or quote closes; quotes within brackets hide what they hold. */
function closingAt(line: string, from: number, end: string): number {
  for (let at = from; at < line.length; at++) {
    const letter = line[at] as string;
    if (letter === "\\") {
      at += 1;
    } else if (letter === end) {
      return at;
    } else if (letter === '"' && end !== '"') {
      const quoteEnd = closingAt(line, at + 1, '"');
      if (quoteEnd === -1) return -1;
      at = quoteEnd;
    }
  }
  return -1;
}

/** escape(3): what cannot be printed as C escapes, `\r`, `\n`, `\026`. */
export function escaped(text: string): string {
  const short: Readonly<Record<string, string>> = {
    "\r": "\\r",
    "\n": "\\n",
    "\t": "\\t",
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\v": "\\v",
    "\x07": "\\a",
  };
  return [...text]
    .map((letter) => short[letter] ?? (/[\x20-\x7e]/.test(letter) ? letter : `\\${letter.charCodeAt(0).toString(8).padStart(3, "0")}`))
    .join("");
}
