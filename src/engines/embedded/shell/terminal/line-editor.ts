import type { Key } from "./keys.ts";

/** What a key press asks the terminal to do beyond redrawing the line. */
export type EditorRequest = "none" | "submit" | "interrupt" | "end" | "complete" | "clear-screen";

/** One line being edited, with readline's usual (emacs) keys and a history. */
export class LineEditor {
  readonly #history: readonly string[];
  #chars: string[] = [];
  #cursor = 0;
  #killed = "";
  /** Where in the history the line is; its length is the new line. */
  #place: number;
  #draft = "";
  #search: { query: string; at: number } | undefined;

  constructor(history: readonly string[]) {
    this.#history = history;
    this.#place = history.length;
  }

  get text(): string {
    return this.#chars.join("");
  }

  /** In characters from the start of the line. */
  get cursor(): number {
    return this.#cursor;
  }

  /** The text before the cursor. */
  get before(): string {
    return this.#chars.slice(0, this.#cursor).join("");
  }

  /** `(reverse-i-search)'query': ` while one looks back in the history. */
  get searchPrompt(): string | undefined {
    return this.#search === undefined ? undefined : `(reverse-i-search)\`${this.#search.query}': `;
  }

  insert(text: string): void {
    const chars = [...text];
    this.#chars.splice(this.#cursor, 0, ...chars);
    this.#cursor += chars.length;
  }

  /** Puts a text in the place of the last `length` characters before the cursor. */
  replaceBefore(length: number, text: string): void {
    this.#chars.splice(this.#cursor - length, length);
    this.#cursor -= length;
    this.insert(text);
  }

  press(key: Key): EditorRequest {
    if (this.#search !== undefined) return this.#pressInSearch(key);
    if (key.text !== undefined) {
      this.insert(key.text);
      return "none";
    }
    return requests[key.name] ?? this.#edit(key.name);
  }

  #edit(name: string): EditorRequest {
    const end = this.#chars.length;
    switch (name) {
      case "ctrl-d":
        if (end === 0) return "end";
        this.#chars.splice(this.#cursor, 1);
        break;
      case "delete":
        this.#chars.splice(this.#cursor, 1);
        break;
      case "backspace":
        if (this.#cursor > 0) this.#chars.splice(--this.#cursor, 1);
        break;
      case "left":
      case "ctrl-b":
        this.#cursor = Math.max(0, this.#cursor - 1);
        break;
      case "right":
      case "ctrl-f":
        this.#cursor = Math.min(end, this.#cursor + 1);
        break;
      case "home":
      case "ctrl-a":
        this.#cursor = 0;
        break;
      case "end":
      case "ctrl-e":
        this.#cursor = end;
        break;
      case "alt-b":
      case "ctrl-left":
        this.#cursor = this.#wordStart();
        break;
      case "alt-f":
      case "ctrl-right":
        this.#cursor = this.#wordEnd();
        break;
      case "ctrl-k":
        this.#kill(this.#cursor, end);
        break;
      case "ctrl-u":
        this.#kill(0, this.#cursor);
        break;
      case "ctrl-w":
        this.#kill(this.#blankWordStart(), this.#cursor);
        break;
      case "alt-backspace":
        this.#kill(this.#wordStart(), this.#cursor);
        break;
      case "alt-d":
        this.#kill(this.#cursor, this.#wordEnd());
        break;
      case "ctrl-y":
        this.insert(this.#killed);
        break;
      case "ctrl-t":
        this.#transpose();
        break;
      case "up":
      case "ctrl-p":
        this.#recall(this.#place - 1);
        break;
      case "down":
      case "ctrl-n":
        this.#recall(this.#place + 1);
        break;
      case "ctrl-r":
        this.#search = { query: "", at: this.#history.length };
        break;
      default:
        break;
    }
    return "none";
  }

  #pressInSearch(key: Key): EditorRequest {
    const search = this.#search;
    if (search === undefined) return "none";
    if (key.name === "ctrl-r") this.#find(search.query, search.at - 1);
    else if (key.name === "backspace") this.#find(search.query.slice(0, -1), this.#history.length - 1);
    else if (key.text !== undefined) this.#find(search.query + key.text, Math.min(search.at, this.#history.length - 1));
    else {
      this.#search = undefined;
      if (key.name === "ctrl-g") this.#set("");
      else if (key.name !== "escape") return this.press(key);
    }
    return "none";
  }

  #find(query: string, from: number): void {
    for (let at = from; at >= 0; at--) {
      const line = this.#history[at];
      if (line?.includes(query) !== true) continue;
      this.#set(line);
      this.#search = { query, at };
      return;
    }
    this.#search = { query, at: this.#search?.at ?? this.#history.length };
  }

  #recall(place: number): void {
    if (place < 0 || place > this.#history.length) return;
    if (this.#place === this.#history.length) this.#draft = this.text;
    this.#place = place;
    this.#set(this.#history[place] ?? this.#draft);
  }

  #set(text: string): void {
    this.#chars = [...text];
    this.#cursor = this.#chars.length;
  }

  #kill(from: number, to: number): void {
    if (from === to) return;
    this.#killed = this.#chars.slice(from, to).join("");
    this.#chars.splice(from, to - from);
    this.#cursor = from;
  }

  #transpose(): void {
    const at = Math.min(this.#cursor, this.#chars.length - 1);
    const [left, right] = [this.#chars[at - 1], this.#chars[at]];
    if (left === undefined || right === undefined) return;
    this.#chars.splice(at - 1, 2, right, left);
    this.#cursor = at + 1;
  }

  #wordStart(): number {
    let at = this.#cursor;
    while (at > 0 && !isWord(this.#chars[at - 1])) at--;
    while (at > 0 && isWord(this.#chars[at - 1])) at--;
    return at;
  }

  #wordEnd(): number {
    let at = this.#cursor;
    while (at < this.#chars.length && !isWord(this.#chars[at])) at++;
    while (at < this.#chars.length && isWord(this.#chars[at])) at++;
    return at;
  }

  #blankWordStart(): number {
    let at = this.#cursor;
    while (at > 0 && this.#chars[at - 1] === " ") at--;
    while (at > 0 && this.#chars[at - 1] !== " ") at--;
    return at;
  }
}

const requests: Readonly<Record<string, EditorRequest>> = {
  enter: "submit",
  "ctrl-c": "interrupt",
  tab: "complete",
  "ctrl-l": "clear-screen",
};

function isWord(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}_]/u.test(char);
}
