/** The path of a MAIL or RCPT command and what follows it. */
export interface CommandPath {
  /** Without angle brackets, source route dropped, quotes resolved; "" for the null path. */
  readonly address: string;
  /** As it stood between the brackets, without a source route. */
  readonly text: string;
  readonly parameters: readonly string[];
}

/**
 * Reads `<alice@meadow.example> BODY=8BITMIME` as Dovecot 2.3 does.
 * @returns the path, or what is wrong with it in Dovecot's words
 */
export function readPath(argument: string): CommandPath | string {
  if (/^\s/.test(argument)) return "Unexpected whitespace before path";
  if (!argument.startsWith("<")) return "Missing '<' at beginning of path";
  const match = /^<(?:@[^:>]*:)?((?:"(?:[^"\\]|\\.)*"|[^\s"<>@]*)(?:@([^\s<>]*))?)>(.*)$/.exec(argument);
  if (match === null) return argument.includes("@") || argument.includes(">") ? "Missing '>' at end of path" : "Missing domain";
  const [, text = "", domain, rest = ""] = match;
  if (domain === "") return "Missing domain after '@'";
  const address = text.replace(/^"((?:[^"\\]|\\.)*)"/, (_, quoted: string) => quoted.replace(/\\(.)/g, "$1"));
  return { address, text, parameters: rest.split(" ").filter((word) => word !== "") };
}
