/** A terminal's output as lines of plain text, for pipes: what happens within a line is followed, colours and screens are dropped. */
export interface PlainLines {
  /** @returns the lines that are complete now, each with its line feed */
  hear(output: string): string;
  /** The line that is being written. */
  current(): string;
}

/** A control sequence, an operating system command (window titles), another escape, a control character, or text. */
const piece = /\x1b\[([?>=]?)([\d;]*)([ -/]*[@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+/g;
const unfinished = /\x1b(?:\[[?>=]?[\d;]*[ -/]*|\][^\x07\x1b]*)?$/;

export function createPlainLines(): PlainLines {
  let line: string[] = [];
  let column = 0;
  let rest = "";

  const put = (text: string): void => {
    while (line.length < column) line.push(" ");
    const characters = [...text];
    line.splice(column, characters.length, ...characters);
    column += characters.length;
  };
  /** Editing within the line; other sequences change nothing that a line of text could show. */
  const obey = (command: string, parameter: string): void => {
    const count = Math.max(1, Number.parseInt(parameter, 10) || 0);
    if (command === "C") column += count;
    else if (command === "D") column = Math.max(0, column - count);
    else if (command === "G") column = count - 1;
    else if (command === "P") line.splice(column, count);
    else if (command === "@") line.splice(column, 0, ...Array.from({ length: count }, () => " "));
    else if ((command === "K" || command === "J") && (parameter === "" || parameter === "0")) line.length = Math.min(line.length, column);
    else if (command === "K" || command === "J") line = [];
  };
  return {
    hear: (output) => {
      const text = rest + output;
      rest = unfinished.exec(text)?.[0] ?? "";
      let complete = "";
      for (const [whole, mark, parameter = "", command] of text.slice(0, text.length - rest.length).matchAll(piece)) {
        if (command !== undefined) {
          if (mark === "") obey(command, parameter);
        } else if (whole === "\n") {
          complete += `${line.join("")}\n`;
          line = [];
          column = 0;
        } else if (whole === "\r") column = 0;
        else if (whole === "\b") column = Math.max(0, column - 1);
        else if (whole === "\t") put(" ".repeat(8 - (column % 8)));
        else if (whole >= " " && whole !== "\x7f") put(whole);
      }
      return complete;
    },
    current: () => line.join(""),
  };
}
