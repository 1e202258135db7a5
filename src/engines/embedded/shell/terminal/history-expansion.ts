/**
 * `!!`, `!$`, `!-2`, `!5`, `!postq`: lines out of the history, as bash expands them while one types; not inside single quotes.
 * @returns the expanded line, or what bash says when there is no such line
 */
export function expandHistory(line: string, history: readonly string[]): { readonly line: string } | { readonly problem: string } {
  let result = "";
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    const char = line[index] as string;
    if (char === "'") quoted = !quoted;
    if (char === "\\") {
      result += char + (line[++index] ?? "");
      continue;
    }
    const event = !quoted && char === "!" ? /^!(!|\$|-?\d+|[A-Za-z/][\w./-]*)/.exec(line.slice(index)) : null;
    if (event === null) {
      result += char;
      continue;
    }
    const found = lookUp(event[1] ?? "", history);
    if (found === undefined) return { problem: `bash: ${event[0]}: event not found` };
    result += found;
    index += event[0].length - 1;
  }
  return { line: result };
}

function lookUp(event: string, history: readonly string[]): string | undefined {
  if (event === "!") return history.at(-1);
  if (event === "$") return history.at(-1)?.split(/\s+/).at(-1);
  if (/^-?\d+$/.test(event)) return event.startsWith("-") ? history.at(Number(event)) : history[Number(event) - 1];
  return history.findLast((line) => line.startsWith(event));
}
