import type { ScriptNode } from "just-bash";
import type { BashLibrary } from "./bash-library.ts";

/** The syntax tree, or what bash says about the syntax (without `bash: `). */
export function parse(library: Pick<BashLibrary, "parse">, line: string): ScriptNode | string {
  try {
    return library.parse(line);
  } catch (error) {
    return syntaxMessage(error instanceof Error ? error.message : String(error));
  }
}

/** False when bash would ask for more with its second prompt. */
export function isComplete(library: Pick<BashLibrary, "parse">, line: string): boolean {
  if (/(^|[^\\])(\\\\)*\\\n?$/.test(line)) return false;
  if (openHereDocument(line)) return false;
  const parsed = parse(library, line);
  return typeof parsed !== "string" || !/unexpected EOF|unexpected end of file/.test(parsed);
}

function syntaxMessage(message: string): string {
  const bare = message.replace(/^(bash: )?(line \d+: )?/, "").replace(/^(syntax error: )?Parse error at \d+:\d+: /, "");
  return /got EOF|unterminated|end of input|unexpected token `newline'/i.test(bare) ? "syntax error: unexpected end of file" : bare;
}

/** A here-document whose end has not been typed. */
function openHereDocument(line: string): boolean {
  const [first = "", ...body] = line.split("\n");
  const mark = /<<(-?)\s*(["']?)([A-Za-z_]\w*)\2/.exec(first);
  if (mark === null || /<<</.test(first)) return false;
  return !body.some((text) => (mark[1] === "-" ? text.replace(/^\t+/, "") : text) === mark[3]);
}

/** just-bash's own words for what bash says otherwise. */
export function spokenByBash(stderr: string): string {
  return stderr
    .replace(/^bash: syntax error: Parse error at \d+:\d+: /gm, "bash: ")
    .replace(/: cannot open redirect target$/gm, ": No such file or directory")
    .replace(/, increase executionLimits\.\w+/g, " (a limit of the embedded engine)");
}

const errnoTexts: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
  ELOOP: "Too many levels of symbolic links",
};

/** What bash says when just-bash threw: a redirection that cannot be opened, a full disk. */
export function failureMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const failed = /^(E[A-Z]+): .*, \w+ '(.*)'$/s.exec(message);
  if (failed?.[1] === "ENOSPC") return "bash: write error: No space left on device\n";
  const text = errnoTexts[failed?.[1] ?? ""];
  return text === undefined ? `bash: ${message}\n` : `bash: ${failed?.[2]}: ${text}\n`;
}

/** Whether a line without an end state may have ended the shell, or only itself. */
export function mayExit(line: string): boolean {
  return /(^|[\s;&|(])(exit|exec)([\s;&|)]|$)/.test(line);
}
