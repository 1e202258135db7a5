import type { CommandCall, Console } from "../command.ts";
import { type Key, KeyDecoder } from "../terminal/keys.ts";
import { Screen } from "../terminal/screen.ts";
import { Document, loadFile, saveFile } from "./document.ts";
import { runEx, viPattern } from "./ex.ts";
import { motion } from "./vi-motions.ts";
import { View } from "./view.ts";

/** vi on a terminal. @returns what is left on the screen's last line */
export async function editWithVi(call: CommandCall, console: Console, name: string): Promise<string> {
  const loaded = loadFile(call, name);
  if ("problem" in loaded) return `"${name}" ${loaded.problem}`;
  const vi = new Vi(call, name, new Document(loaded.text), loaded.isNew);
  const screen = new Screen(console);
  const decoder = new KeyDecoder();
  screen.enter();
  vi.paint(screen);
  while (!vi.ended) {
    const input = await console.read();
    if (input === undefined) break;
    for (const key of decoder.decode(input)) if (!vi.ended) vi.press(key);
    if (!vi.ended) vi.paint(screen);
  }
  screen.leave();
  return "";
}

/** The modal part of vi that an administrator uses. */
class Vi {
  ended = false;
  readonly #call: CommandCall;
  readonly #view = new View();
  #name: string;
  #document: Document;
  #mode: "normal" | "insert" | "replace" = "normal";
  /** What is being typed on the last line, its first character included: `:wq`, `/text`. */
  #typing: string | undefined;
  #message: string;
  #count = "";
  /** d, c or y, waiting for where to. */
  #operator = "";
  /** g, r or Z, waiting for its second key. */
  #prefix = "";
  #register: { readonly text: string; readonly lines: boolean } = { text: "", lines: false };
  #pattern: RegExp | undefined;
  #forward = true;

  constructor(call: CommandCall, name: string, document: Document, isNew: boolean) {
    this.#call = call;
    this.#name = name;
    this.#document = document;
    this.#message = isNew ? `"${name}" [New]` : `"${name}" ${document.lineCount}L, ${Buffer.byteLength(document.text)}B`;
  }

  paint(screen: Screen): void {
    const height = screen.rows - 1;
    const { lines, row, column } = this.#view.rows(this.#document, height, screen.columns, "~");
    const mode = this.#mode === "insert" ? "-- INSERT --" : this.#mode === "replace" ? "-- REPLACE --" : this.#message;
    const cursor = this.#typing === undefined ? { row, column } : { row: height, column: this.#typing.length };
    screen.paint([...lines, this.#typing ?? mode], cursor);
  }

  press(key: Key): void {
    // Escape and the next key come as one when they are typed fast; vi has no keys with Alt.
    const alt = /^alt-(.)$/u.exec(key.name);
    if (alt !== null) {
      this.press({ name: "escape" });
      this.press({ name: "text", text: alt[1] as string });
      return;
    }
    if (this.#typing !== undefined) this.#type(key);
    else if (this.#mode !== "normal") this.#insertKey(key);
    else for (const char of key.text === undefined ? [key.name] : [...key.text]) this.#command(char);
  }

  #insertKey(key: Key): void {
    const document = this.#document;
    if (key.name === "escape" || key.name === "ctrl-c") {
      this.#mode = "normal";
      document.moveTo(document.row, document.column - 1);
    } else if (key.text !== undefined) {
      if (this.#mode === "replace") for (const _ of key.text) if (document.column < document.line.length) document.deleteForward();
      document.insert(key.text);
    } else if (key.name === "enter") document.insert("\n");
    else if (key.name === "tab") document.insert("\t");
    else if (key.name === "backspace" || key.name === "ctrl-h") document.backspace();
    else if (key.name === "delete") document.deleteForward();
    else this.#move(key.name, 1);
  }

  #command(key: string): void {
    this.#message = "";
    if (this.#prefix !== "") {
      this.#prefixed(this.#prefix, key);
      return;
    }
    if (/^[1-9]$/.test(key) || (key === "0" && this.#count !== "")) {
      this.#count += key;
      return;
    }
    if (["g", "r", "Z"].includes(key)) {
      this.#prefix = key;
      return;
    }
    const count = Math.max(1, Math.min(10_000, Number(this.#count) || 1));
    if (this.#operator !== "") this.#operate(key, count);
    else if (["d", "c", "y"].includes(key)) {
      this.#operator = key;
      return;
    } else if (key === "G") this.#document.moveTo(this.#count === "" ? this.#document.lines.length - 1 : count - 1, 0);
    else if (!this.#move(key, count)) this.#act(key, count);
    this.#count = "";
    this.#operator = "";
    this.#keepInside();
  }

  #prefixed(prefix: string, key: string): void {
    this.#prefix = "";
    const document = this.#document;
    if (prefix === "Z" && key === "Z") this.#write(undefined, true);
    else if (prefix === "Z" && key === "Q") this.ended = true;
    else if (prefix === "g" && key === "g") {
      if (this.#operator === "") document.moveTo((Number(this.#count) || 1) - 1, 0);
      else this.#lines(this.#operator, 0, document.row + 1);
    } else if (prefix === "r" && [...key].length === 1 && document.column < document.line.length) {
      document.mark();
      document.setLine(document.line.slice(0, document.column) + key + document.line.slice(document.column + 1));
    }
    this.#count = "";
    this.#operator = "";
    this.#keepInside();
  }

  #move(key: string, count: number): boolean {
    const target = motion(key, this.#document, count, Math.max(1, (this.#call.console?.rows ?? 24) - 3));
    if (target === undefined) return false;
    this.#document.moveTo(target.row, target.column);
    return true;
  }

  /** An operator and where it goes to: `dd`, `dw`, `d$`, `cw`, `yy`. */
  #operate(key: string, count: number): void {
    const document = this.#document;
    const operator = this.#operator;
    if (key === operator) {
      this.#lines(operator, document.row, count);
      return;
    }
    if (key === "G") {
      this.#lines(operator, document.row, document.lines.length - document.row);
      return;
    }
    const wordEnd = operator === "c" && key === "w" ? "e" : key;
    const target = motion(wordEnd, document, count, 1);
    if (target === undefined) return;
    if (target.row !== document.row && ["j", "k", "down", "up"].includes(key)) {
      this.#lines(operator, Math.min(target.row, document.row), Math.abs(target.row - document.row) + 1);
      return;
    }
    const inclusive = wordEnd === "e" || key === "$" || key === "end";
    const targetColumn =
      target.row > document.row ? document.line.length : target.row < document.row ? 0 : target.column + (inclusive ? 1 : 0);
    const [from, to] = [Math.min(document.column, targetColumn), Math.max(document.column, targetColumn)];
    this.#register = { text: document.line.slice(from, to), lines: false };
    if (operator !== "y") {
      document.mark();
      document.setLine(document.line.slice(0, from) + document.line.slice(to));
    }
    document.moveTo(document.row, from);
    if (operator === "c") this.#mode = "insert";
  }

  #lines(operator: string, from: number, count: number): void {
    const document = this.#document;
    this.#register = { text: document.lines.slice(from, from + count).join("\n"), lines: true };
    if (operator === "y") return;
    document.mark();
    if (operator === "d") document.cutLines(from, count);
    else {
      document.lines.splice(from, count, "");
      document.moveTo(from, 0);
      this.#mode = "insert";
      return;
    }
    document.moveTo(document.row, 0);
  }

  #act(key: string, count: number): void {
    const document = this.#document;
    const insertAt = (row: number, column: number): void => {
      document.mark();
      document.moveTo(row, column);
      this.#mode = "insert";
    };
    const firstText = document.line.search(/\S|$/);
    const actions: Readonly<Record<string, () => void>> = {
      i: () => insertAt(document.row, document.column),
      insert: () => insertAt(document.row, document.column),
      I: () => insertAt(document.row, firstText),
      a: () => insertAt(document.row, document.column + 1),
      A: () => insertAt(document.row, document.line.length),
      o: () => this.#openLine(document.row + 1),
      O: () => this.#openLine(document.row),
      R: () => {
        document.mark();
        this.#mode = "replace";
      },
      x: () => this.#cut(document.column, document.column + count),
      delete: () => this.#cut(document.column, document.column + count),
      X: () => this.#cut(Math.max(0, document.column - count), document.column),
      D: () => this.#cut(document.column, document.line.length),
      C: () => {
        this.#cut(document.column, document.line.length);
        insertAt(document.row, document.line.length);
      },
      s: () => {
        this.#cut(document.column, document.column + count);
        this.#mode = "insert";
      },
      S: () => this.#lines("c", document.row, count),
      Y: () => this.#lines("y", document.row, count),
      J: () => this.#join(),
      p: () => this.#put(true),
      P: () => this.#put(false),
      u: () => this.#tell(document.undo() ? "" : "Already at oldest change"),
      "ctrl-r": () => this.#tell(document.redo() ? "" : "Already at newest change"),
      "~": () => this.#flipCase(),
      n: () => this.#search(this.#forward),
      N: () => this.#search(!this.#forward),
      ":": () => this.#startTyping(":"),
      "/": () => this.#startTyping("/"),
      "?": () => this.#startTyping("?"),
      "ctrl-g": () => this.#tell(`"${this.#name}" line ${document.row + 1} of ${document.lines.length}`),
      "ctrl-c": () => this.#tell("Type  :qa!  and press <Enter> to abandon all changes and exit Vim"),
    };
    actions[key]?.();
  }

  #openLine(row: number): void {
    this.#document.mark();
    this.#document.lines.splice(row, 0, "");
    this.#document.moveTo(row, 0);
    this.#mode = "insert";
  }

  #cut(from: number, to: number): void {
    const document = this.#document;
    if (from >= to || document.line === "") return;
    document.mark();
    this.#register = { text: document.line.slice(from, to), lines: false };
    document.setLine(document.line.slice(0, from) + document.line.slice(to));
    document.moveTo(document.row, from);
  }

  #join(): void {
    const document = this.#document;
    const next = document.lines[document.row + 1];
    if (next === undefined) return;
    document.mark();
    const column = document.line.length;
    document.lines.splice(document.row, 2, `${document.line} ${next.trimStart()}`);
    document.moveTo(document.row, column);
  }

  #put(behind: boolean): void {
    const { text, lines } = this.#register;
    if (text === "" && !lines) return;
    const document = this.#document;
    document.mark();
    if (lines) {
      const row = document.row + (behind ? 1 : 0);
      document.lines.splice(row, 0, ...text.split("\n"));
      document.moveTo(row, 0);
    } else {
      document.moveTo(document.row, document.column + (behind ? 1 : 0));
      document.insert(text);
      document.moveTo(document.row, document.column - 1);
    }
  }

  #flipCase(): void {
    const document = this.#document;
    const char = document.line[document.column];
    if (char === undefined) return;
    document.mark();
    const flipped = char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase();
    document.setLine(document.line.slice(0, document.column) + flipped + document.line.slice(document.column + 1));
    document.moveTo(document.row, document.column + 1);
  }

  #startTyping(mark: string): void {
    this.#typing = mark;
  }

  #type(key: Key): void {
    const typed = this.#typing ?? "";
    if (key.text !== undefined) this.#typing = typed + key.text;
    else if (key.name === "escape" || key.name === "ctrl-c") this.#typing = undefined;
    else if (key.name === "backspace") this.#typing = typed.length <= 1 ? undefined : typed.slice(0, -1);
    else if (key.name === "enter") {
      this.#typing = undefined;
      if (typed.startsWith(":")) this.#ex(typed.slice(1));
      else {
        this.#forward = typed.startsWith("/");
        if (typed.length > 1) this.#pattern = viPattern(typed.slice(1), false, true);
        this.#search(this.#forward);
      }
      this.#keepInside();
    }
  }

  #search(forward: boolean): void {
    if (this.#pattern === undefined) this.#tell("E35: No previous regular expression");
    else if (!this.#document.search(this.#pattern, forward)) this.#tell(`E486: Pattern not found: ${this.#pattern.source}`);
  }

  #ex(command: string): void {
    const outcome = runEx(command, this.#document);
    switch (outcome.kind) {
      case "done":
      case "problem":
        this.#tell(outcome.message);
        return;
      case "write":
        this.#write(outcome.name, outcome.quit);
        return;
      case "quit":
        if (this.#document.changed && !outcome.force) this.#tell("E37: No write since last change (add ! to override)");
        else this.ended = true;
        return;
      case "reload": {
        const loaded = loadFile(this.#call, this.#name);
        if ("text" in loaded) this.#document = new Document(loaded.text);
      }
    }
  }

  #write(name: string | undefined, quit: boolean): void {
    const target = name ?? this.#name;
    const { text, lineCount } = this.#document;
    const problem = saveFile(this.#call, target, text);
    if (problem !== undefined) {
      this.#tell(
        problem === "No space left on device" ? "E514: Write error (file system full?)" : `"${target}" E212: Can't open file for writing`,
      );
      return;
    }
    this.#document.changed = false;
    this.#tell(`"${target}" ${lineCount}L, ${Buffer.byteLength(text)}B written`);
    if (quit) this.ended = true;
  }

  #tell(message: string): void {
    this.#message = message;
  }

  /** Outside of insert mode the cursor stands on a character, not behind the last one. */
  #keepInside(): void {
    const document = this.#document;
    if (this.#mode === "normal" && document.column >= document.line.length) document.moveTo(document.row, document.line.length - 1);
  }
}
