import type { CommandCall, Console } from "../command.ts";
import { type Key, KeyDecoder } from "../terminal/keys.ts";
import { inverse, Screen } from "../terminal/screen.ts";
import { Document, loadFile, saveFile } from "./document.ts";
import { View } from "./view.ts";

/** nano on a terminal. */
export async function editWithNano(call: CommandCall, console: Console, name: string): Promise<string> {
  const loaded = name === "" ? { text: "", isNew: true } : loadFile(call, name);
  if ("problem" in loaded) return `nano: "${name}" ${loaded.problem === "Is a directory" ? "is a directory" : loaded.problem}\n`;
  const nano = new Nano(call, name, new Document(loaded.text, true), loaded.isNew);
  const screen = new Screen(console);
  const decoder = new KeyDecoder();
  screen.enter();
  nano.paint(screen);
  while (!nano.ended) {
    const input = await console.read();
    if (input === undefined) break;
    for (const key of decoder.decode(input)) if (!nano.ended) nano.press(key, screen.rows - 4);
    if (!nano.ended) nano.paint(screen);
  }
  screen.leave();
  return "";
}

/** A question on the status line. */
interface Question {
  readonly text: string;
  answer: string;
  /** Yes and no are answered with one key. */
  readonly oneKey: boolean;
  readonly onAnswer: (answer: string) => void;
}

class Nano {
  ended = false;
  readonly #call: CommandCall;
  readonly #view = new View();
  readonly #document: Document;
  #name: string;
  #status: string;
  #question: Question | undefined;
  #cut: readonly string[] = [];
  /** The key before was a cut: the next one adds to it. */
  #cutting = false;
  #pattern = "";

  constructor(call: CommandCall, name: string, document: Document, isNew: boolean) {
    this.#call = call;
    this.#name = name;
    this.#document = document;
    const count = document.lineCount;
    this.#status = name === "" ? "" : isNew ? "[ New File ]" : `[ Read ${count} line${count === 1 ? "" : "s"} ]`;
  }

  paint(screen: Screen): void {
    const { columns, rows } = screen;
    const height = rows - 4;
    const { lines, row, column } = this.#view.rows(this.#document, height, columns, "");
    const title = `  GNU nano 7.2${(this.#name === "" ? "New Buffer" : this.#name).padStart(Math.floor(columns / 2))}`;
    const head = inverse(title.padEnd(columns - 12).slice(0, columns - 12) + (this.#document.changed ? "Modified" : "").padEnd(12));
    const question = this.#question;
    const status = question === undefined ? centred(this.#status, columns) : inverse(`${question.text}${question.answer}`.padEnd(columns));
    const help = question?.oneKey
      ? [" Y Yes", " N No           ^C Cancel"]
      : [
          "^G Help      ^O Write Out ^W Where Is  ^K Cut       ^C Location",
          "^X Exit      ^R Read File ^\\ Replace   ^U Paste     M-U Undo",
        ];
    const cursor =
      question === undefined ? { row: row + 1, column } : { row: height + 1, column: question.text.length + question.answer.length };
    screen.paint([head, ...lines, status, ...help], cursor);
  }

  press(key: Key, page: number): void {
    if (this.#question !== undefined) {
      this.#answer(this.#question, key);
      return;
    }
    this.#status = "";
    const wasCutting = this.#cutting;
    this.#cutting = false;
    const document = this.#document;
    if (key.text !== undefined) {
      document.mark();
      document.insert(key.text);
      return;
    }
    switch (key.name) {
      case "enter":
        document.mark();
        document.insert("\n");
        return;
      case "tab":
        document.mark();
        document.insert("\t");
        return;
      case "backspace":
      case "ctrl-h":
        document.mark();
        document.backspace();
        return;
      case "delete":
      case "ctrl-d":
        document.mark();
        document.deleteForward();
        return;
      case "ctrl-k":
        this.#cutLine(wasCutting);
        return;
      case "ctrl-u":
        this.#paste();
        return;
      case "alt-u":
        this.#status = document.undo() ? "[ Undid change ]" : "[ Nothing to undo ]";
        return;
      case "alt-e":
        this.#status = document.redo() ? "[ Redid change ]" : "[ Nothing to redo ]";
        return;
      case "ctrl-o":
      case "f3":
        this.#askName(false);
        return;
      case "ctrl-s":
        this.#save(this.#name, false);
        return;
      case "ctrl-x":
      case "f2":
        this.#leave();
        return;
      case "ctrl-w":
      case "f6":
        this.#ask(`Search${this.#pattern === "" ? "" : ` [${this.#pattern}]`}: `, (text) => this.#search(text));
        return;
      case "alt-w":
        this.#search("");
        return;
      case "ctrl-c":
        this.#status = `[ line ${document.row + 1}/${document.lines.length}, col ${document.column + 1} ]`;
        return;
      case "ctrl-g":
        this.#status = "[ ^O saves, ^X ends, ^W searches, ^K cuts a line, ^U puts it back, M-U takes back ]";
        return;
      case "ctrl-\\":
        this.#status = "[ Replace is not simulated; sed -i does it ]";
        return;
      default:
        this.#move(key.name, page);
    }
  }

  #move(name: string, page: number): void {
    const document = this.#document;
    const { row, column, lines } = document;
    const wrapLeft = column === 0 && row > 0 ? [row - 1, (lines[row - 1] ?? "").length] : [row, column - 1];
    const wrapRight = column === document.line.length && row + 1 < lines.length ? [row + 1, 0] : [row, column + 1];
    const targets: Readonly<Record<string, readonly number[]>> = {
      ...{ up: [row - 1, column], "ctrl-p": [row - 1, column], down: [row + 1, column], "ctrl-n": [row + 1, column] },
      ...{ left: wrapLeft, "ctrl-b": wrapLeft, right: wrapRight, "ctrl-f": wrapRight },
      ...{ home: [row, 0], "ctrl-a": [row, 0], end: [row, document.line.length], "ctrl-e": [row, document.line.length] },
      ...{ pageup: [row - page, column], "ctrl-y": [row - page, column], pagedown: [row + page, column], "ctrl-v": [row + page, column] },
      ...{ "alt-\\": [0, 0], "ctrl-home": [0, 0], "alt-/": [lines.length - 1, 0], "ctrl-end": [lines.length - 1, 0] },
    };
    const target = targets[name];
    if (target !== undefined) document.moveTo(target[0] ?? 0, target[1] ?? 0);
  }

  #cutLine(more: boolean): void {
    const document = this.#document;
    document.mark();
    const cut = document.cutLines(document.row, 1);
    this.#cut = more ? [...this.#cut, ...cut] : cut;
    this.#cutting = true;
    document.moveTo(document.row, 0);
  }

  #paste(): void {
    if (this.#cut.length === 0) return;
    const document = this.#document;
    document.mark();
    document.lines.splice(document.row, 0, ...this.#cut);
    document.moveTo(document.row + this.#cut.length, 0);
  }

  #leave(): void {
    if (!this.#document.changed) {
      this.ended = true;
      return;
    }
    this.#question = {
      text: "Save modified buffer? ",
      answer: "",
      oneKey: true,
      onAnswer: (answer) => {
        if (answer === "y") this.#askName(true);
        else if (answer === "n") this.ended = true;
      },
    };
  }

  #askName(thenLeave: boolean): void {
    this.#ask("File Name to Write: ", (name) => this.#save(name, thenLeave), this.#name);
  }

  #save(name: string, thenLeave: boolean): void {
    if (name === "") {
      this.#status = "[ Cancelled ]";
      return;
    }
    const problem = saveFile(this.#call, name, this.#document.text);
    if (problem !== undefined) {
      this.#status = `[ Error writing ${name}: ${problem} ]`;
      return;
    }
    this.#name = name;
    this.#document.changed = false;
    const count = this.#document.lineCount;
    this.#status = `[ Wrote ${count} line${count === 1 ? "" : "s"} ]`;
    if (thenLeave) this.ended = true;
  }

  #search(text: string): void {
    if (text !== "") this.#pattern = text;
    if (this.#pattern === "") return;
    const pattern = new RegExp(this.#pattern.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "gi");
    if (!this.#document.search(pattern, true)) this.#status = `[ "${this.#pattern}" not found ]`;
  }

  #ask(text: string, onAnswer: (answer: string) => void, answer = ""): void {
    this.#question = { text, answer, oneKey: false, onAnswer };
  }

  #answer(question: Question, key: Key): void {
    const cancelled = key.name === "ctrl-c" || key.name === "escape";
    if (question.oneKey) {
      const letter = key.text?.toLowerCase();
      if (cancelled || letter === "y" || letter === "n") {
        this.#question = undefined;
        if (cancelled) this.#status = "[ Cancelled ]";
        else question.onAnswer(letter ?? "");
      }
      return;
    }
    if (key.text !== undefined) question.answer += key.text;
    else if (key.name === "backspace") question.answer = question.answer.slice(0, -1);
    else if (cancelled || key.name === "enter") {
      this.#question = undefined;
      if (cancelled) this.#status = "[ Cancelled ]";
      else question.onAnswer(question.answer);
    }
  }
}

function centred(text: string, columns: number): string {
  return text === "" ? "" : " ".repeat(Math.max(0, Math.floor((columns - text.length) / 2))) + inverse(text);
}
