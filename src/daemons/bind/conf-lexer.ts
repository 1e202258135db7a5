/** A token of named.conf. */
export interface ConfToken {
  /** `broken`: the file ends inside a comment or a string. */
  readonly kind: "word" | "string" | "special" | "end" | "broken";
  /** Without quotes; "" at the end of the file. */
  readonly text: string;
  readonly line: number;
  readonly file: string;
}

/**
 * Splits a configuration text. Comments are C's, C++'s and the shell's; `{ } ; / ! *` stand alone.
 * The last token is of kind `end` or `broken`.
 */
export function readTokens(text: string, file: string): readonly ConfToken[] {
  const tokens: ConfToken[] = [];
  let [offset, line] = [0, 1];
  const broken = (): readonly ConfToken[] => [...tokens, { kind: "broken", text: "", line: text.split("\n").length, file }];
  const skipTo = (end: number): void => {
    line += text.slice(offset, end).split("\n").length - 1;
    offset = end;
  };
  while (offset < text.length) {
    const rest = text.slice(offset, offset + 2);
    const character = text.charAt(offset);
    if (/\s/.test(character)) skipTo(offset + 1);
    else if (character === "#" || rest === "//") skipTo(endOf(text, "\n", offset) ?? text.length);
    else if (rest === "/*") {
      const end = endOf(text, "*/", offset + 2);
      if (end === undefined) return broken();
      skipTo(end + 2);
    } else if (character === '"') {
      const body = /^"((?:\\.|[^"\\])*)"/s.exec(text.slice(offset));
      if (body === null) return broken();
      tokens.push({ kind: "string", text: (body[1] as string).replace(/\\(.)/gs, "$1"), line, file });
      skipTo(offset + body[0].length);
    } else if (/[{};/!*]/.test(character)) {
      tokens.push({ kind: "special", text: character, line, file });
      offset++;
    } else {
      const word = /^[^\s{};/!*"#]+/.exec(text.slice(offset)) as RegExpExecArray;
      tokens.push({ kind: "word", text: word[0], line, file });
      offset += word[0].length;
    }
  }
  return [...tokens, { kind: "end", text: "", line, file }];
}

function endOf(text: string, mark: string, from: number): number | undefined {
  const index = text.indexOf(mark, from);
  return index < 0 ? undefined : index;
}
