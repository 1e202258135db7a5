/** Words as one command line that a shell splits into exactly these words again. */
export function quote(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

/** A text as one word of a command line: as it stands where nothing in it means anything to a shell. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
