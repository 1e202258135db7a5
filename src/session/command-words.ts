/** A command and its arguments, quotes taken off. */
export type Words = readonly string[];

/** Words that only hold commands together. */
const keywords = /^(\(|\{|!|then|do|if|while|until|else|elif)$/;
const closing = /^(\)|\}|done|fi|esac)$/;

/**
 * A command line as a shell would take it apart: pipelines, each a list of commands, redirections left out. Reads what people type at
 * a prompt; it is no parser of the shell language, and what it cannot tell apart it takes for a word.
 */
export function splitCommands(line: string): Words[][] {
  const pipelines: string[][][] = [[[]]];
  let skipNext = false;
  for (const { text, quoted } of tokens(line)) {
    const pipeline = pipelines.at(-1) as string[][];
    const command = pipeline.at(-1) as string[];
    if (!quoted && /^(;|&&|\|\||&|\n)$/.test(text)) pipelines.push([[]]);
    else if (!quoted && /^\|&?$/.test(text)) pipeline.push([]);
    else if (!quoted && /^(\d*|&)[<>]/.test(text)) skipNext = /[<>]$/.test(text);
    else if (skipNext) skipNext = false;
    else if (!quoted && command.length === 0 && keywords.test(text)) continue;
    else if (!quoted && command.length === 0 && closing.test(text)) continue;
    else command.push(text);
  }
  // `for NAME in WORDS` says nothing.
  return pipelines
    .map((pipeline) => pipeline.filter(([first]) => first !== undefined && first !== "for"))
    .filter(({ length }) => length > 0);
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

/** An operator, a redirection, or a word made of quoted and bare pieces. */
const piece = /(\d*[<>]+(?:&\d*)?|&>+|&&|\|\||\|&|[;|&\n()])|((?:'[^']*'?|"(?:\\.|[^"\\])*"?|\\.|[^\s;|&<>()'"\\])+)/gs;

function tokens(line: string): Token[] {
  return [...line.matchAll(piece)].map(([, operator, word = ""]) =>
    operator === undefined ? { text: unquoted(word), quoted: /['"\\]/.test(word) } : { text: operator, quoted: false },
  );
}

function unquoted(word: string): string {
  return word.replaceAll(/'([^']*)'?|"((?:\\.|[^"\\])*)"?|\\(.)/gs, (_, single?: string, double?: string, escaped?: string) => {
    return single ?? double?.replaceAll(/\\(.)/gs, "$1") ?? escaped ?? "";
  });
}
