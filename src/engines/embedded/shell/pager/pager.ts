import type { CommandResult, Console } from "../command.ts";
import { KeyDecoder } from "../terminal/keys.ts";
import { expanded, inverse, Screen } from "../terminal/screen.ts";

/** Shows a text page by page. Without keys, Enter turns the page and q ends it. */
export async function page(console: Console, name: string, text: string): Promise<CommandResult> {
  const lines = text.replace(/\n$/, "").split("\n").map(expanded);
  if (!console.canBeRaw) return pageByLine(console, lines);
  const pager = new Pager(new Screen(console), name, lines);
  await pager.run(console);
  return { stdout: "", stderr: "", code: 0 };
}

async function pageByLine(console: Console, lines: readonly string[]): Promise<CommandResult> {
  const size = Math.max(1, console.rows - 1);
  for (let top = 0; top < lines.length; top += size) {
    console.write(
      lines
        .slice(top, top + size)
        .map((line) => `${line}\n`)
        .join(""),
    );
    const rest = lines.length - top - size;
    if (rest <= 0) break;
    console.write(`--More-- (${rest} lines; Enter: next page, q: end) `);
    const answer = await console.read();
    if (answer === undefined || /^\s*q/i.test(answer)) break;
  }
  return { stdout: "", stderr: "", code: 0 };
}

/** less, as far as one uses it: move, search, end. */
class Pager {
  readonly #screen: Screen;
  readonly #name: string;
  /** Folded to the width of the screen. */
  #rows: readonly string[];
  #top = 0;
  #pattern = "";
  #forward = true;
  #message: string;
  /** What is being typed behind / or ?. */
  #typing: { readonly mark: "/" | "?"; text: string } | undefined;
  #count = "";

  constructor(screen: Screen, name: string, lines: readonly string[]) {
    this.#screen = screen;
    this.#name = name;
    this.#message = name;
    this.#rows = lines.flatMap((line) => folded(line, screen.columns));
  }

  async run(console: Console): Promise<void> {
    const decoder = new KeyDecoder();
    this.#screen.enter();
    this.#paint();
    for (let going = true; going; ) {
      const input = await console.read();
      if (input === undefined) break;
      for (const key of decoder.decode(input)) if (going) going = this.#press(key.text ?? key.name);
      if (going) this.#paint();
    }
    this.#screen.leave();
  }

  /** @returns false when the pager ends */
  #press(key: string): boolean {
    if (this.#typing !== undefined) {
      this.#type(key);
      return true;
    }
    const page = this.#screen.rows - 1;
    const count = this.#count === "" ? undefined : Number(this.#count);
    if (/^\d$/.test(key)) {
      this.#count += key;
      return true;
    }
    this.#count = "";
    this.#message = "";
    switch (key) {
      case "q":
      case "Q":
      case "ctrl-c":
        return false;
      case " ":
      case "f":
      case "pagedown":
      case "ctrl-f":
      case "ctrl-v":
        return this.#move(page);
      case "b":
      case "pageup":
      case "ctrl-b":
        return this.#move(-page);
      case "d":
      case "ctrl-d":
        return this.#move(Math.floor(page / 2));
      case "u":
      case "ctrl-u":
        return this.#move(-Math.floor(page / 2));
      case "enter":
      case "j":
      case "e":
      case "down":
        return this.#move(count ?? 1);
      case "k":
      case "y":
      case "up":
        return this.#move(-(count ?? 1));
      case "g":
      case "<":
      case "home":
        return this.#move((count ?? 1) - 1 - this.#top);
      case "G":
      case ">":
      case "end":
        return this.#move((count === undefined ? this.#rows.length : count - 1) - this.#top);
      case "/":
      case "?":
        this.#typing = { mark: key, text: "" };
        return true;
      case "n":
        this.#search(this.#forward);
        return true;
      case "N":
        this.#search(!this.#forward);
        return true;
      case "h":
        this.#message = "Space/b: page, j/k: line, g/G: start/end, /text: search, n/N: next, q: end";
        return true;
      default:
        return true;
    }
  }

  #move(rows: number): true {
    this.#top = Math.max(0, Math.min(this.#top + rows, this.#rows.length - (this.#screen.rows - 1)));
    return true;
  }

  #type(key: string): void {
    const typing = this.#typing;
    if (typing === undefined) return;
    if (key === "enter") {
      if (typing.text !== "") this.#pattern = typing.text;
      this.#forward = typing.mark === "/";
      this.#typing = undefined;
      this.#search(this.#forward);
    } else if (key === "escape" || key === "ctrl-c" || (key === "backspace" && typing.text === "")) this.#typing = undefined;
    else if (key === "backspace") typing.text = typing.text.slice(0, -1);
    else if ([...key].length === 1) typing.text += key;
  }

  #search(forward: boolean): void {
    const matches = matcher(this.#pattern);
    const found = forward
      ? this.#rows.findIndex((row, index) => index > this.#top && matches(row))
      : this.#rows.findLastIndex((row, index) => index < this.#top && matches(row));
    if (this.#pattern === "" || found === -1) this.#message = "Pattern not found  (press RETURN)";
    else this.#move(found - this.#top);
  }

  #paint(): void {
    const height = this.#screen.rows - 1;
    const matches = matcher(this.#pattern);
    const shown = Array.from({ length: height }, (_, index) => {
      const row = this.#rows[this.#top + index];
      if (row === undefined) return "~";
      return this.#pattern !== "" && matches(row) ? highlighted(row, this.#pattern) : row;
    });
    const atEnd = this.#top + height >= this.#rows.length;
    const status = this.#message !== "" ? inverse(this.#message) : atEnd ? inverse("(END)") : ":";
    const bottom = this.#typing === undefined ? status : this.#typing.mark + this.#typing.text;
    const column = this.#typing === undefined ? (this.#message === "" && !atEnd ? 1 : 0) : 1 + this.#typing.text.length;
    this.#screen.paint([...shown, bottom], { row: height, column });
    if (this.#message === this.#name) this.#message = "";
  }
}

function folded(line: string, columns: number): readonly string[] {
  if (line.length <= columns) return [line];
  const chars = [...line];
  return Array.from({ length: Math.ceil(chars.length / columns) }, (_, row) => chars.slice(row * columns, (row + 1) * columns).join(""));
}

/** A regular expression where it is one, else the text itself. */
function matcher(pattern: string): (row: string) => boolean {
  try {
    const expression = new RegExp(pattern);
    return (row) => expression.test(row);
  } catch {
    return (row) => row.includes(pattern);
  }
}

function highlighted(row: string, pattern: string): string {
  try {
    return row.replace(new RegExp(pattern, "g"), (match) => (match === "" ? "" : inverse(match)));
  } catch {
    return row.replaceAll(pattern, inverse(pattern));
  }
}
