import type { RangeTerminal, TerminalSize } from "../../../../world/engine.ts";
import type { Machine } from "../../machine.ts";
import type { Console } from "../command.ts";
import type { ShellResult } from "../shell-port.ts";
import { complete } from "./completion.ts";
import { expandHistory } from "./history-expansion.ts";
import { KeyDecoder } from "./keys.ts";
import { LineEditor } from "./line-editor.ts";
import { cells, LineView } from "./line-view.ts";
import { Tty } from "./tty.ts";

/** What the terminal asks of its shell. */
export interface TerminalShell {
  run(line: string, console: Console, signal: AbortSignal): Promise<ShellResult>;
  /** Lines typed, oldest first; the terminal adds to it. */
  readonly history: string[];
  cwd(): string;
  commandNames(): readonly string[];
  /** False when the shell would ask for more with its second prompt. */
  isComplete(line: string): Promise<boolean>;
}

/** Opens an interactive session: what bash and a pseudo-terminal do together. */
export function openTerminal(machine: Machine, size: TerminalSize, shell: TerminalShell): RangeTerminal {
  return new Terminal(machine, size, shell);
}

const rememberedLines = 1000;

class Terminal implements RangeTerminal {
  readonly closed: Promise<void>;
  readonly #machine: Machine;
  readonly #shell: TerminalShell;
  readonly #tty: Tty;
  readonly #decoder = new KeyDecoder();
  readonly #view = new LineView();
  readonly #size: { columns: number; rows: number };
  readonly #listeners: ((output: string) => void)[] = [];
  #unheard = "";
  #editor: LineEditor;
  /** Lines of an unfinished command. */
  #pending = "";
  #running = false;
  #askedToComplete = false;
  #ahead = "";
  #close: () => void = () => {};
  #isClosed = false;

  constructor(machine: Machine, size: TerminalSize, shell: TerminalShell) {
    this.#machine = machine;
    this.#shell = shell;
    this.#size = { ...size };
    this.#editor = new LineEditor(shell.history);
    this.#tty = new Tty((text) => this.#show(text), this.#size);
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
    this.#showPrompt();
  }

  write(input: string): void {
    if (this.#isClosed || input === "") return;
    if (this.#running) this.#tty.type(input);
    else this.#type(input);
  }

  onOutput(listener: (output: string) => void): void {
    this.#listeners.push(listener);
    if (this.#unheard === "") return;
    listener(this.#unheard);
    this.#unheard = "";
  }

  resize(size: TerminalSize): void {
    this.#size.columns = size.columns;
    this.#size.rows = size.rows;
    if (!this.#running && !this.#isClosed) this.#redraw();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tty.hangUp();
    this.#close();
  }

  /** Keys at the prompt. What follows a submitted line waits until that has run. */
  #type(input: string): void {
    const keys = this.#decoder.decode(input);
    for (const [index, key] of keys.entries()) {
      if (key.name === "paste" || key.name === "text") {
        // A pasted line break is text for readline; we take the lines one after the other.
        const [first = "", ...rest] = (key.text ?? "").split("\n");
        this.#editor.press({ name: "text", text: first });
        if (rest.length > 0) {
          this.#ahead += `${rest.join("\r")}${keysAsText(keys.slice(index + 1))}`;
          this.#redraw();
          void this.#submit();
          return;
        }
        continue;
      }
      const request = this.#editor.press(key);
      if (key.name !== "tab") this.#askedToComplete = false;
      if (request === "submit") {
        this.#ahead += keysAsText(keys.slice(index + 1));
        this.#redraw();
        void this.#submit();
        return;
      }
      if (request === "interrupt") this.#abandon();
      else if (request === "complete") this.#complete();
      else if (request === "clear-screen") {
        this.#show("\x1b[H\x1b[2J");
        this.#view.reset();
      } else if (request === "end") {
        if (this.#pending !== "") this.#abandon();
        else {
          this.#show("exit\n");
          this.close();
          return;
        }
      }
    }
    this.#redraw();
  }

  async #submit(): Promise<void> {
    this.#running = true;
    const typed = this.#editor.text;
    this.#show(this.#view.leave(this.#prompt(), typed, this.#size.columns));
    this.#editor = new LineEditor(this.#shell.history);
    const expanded = expandHistory(typed, this.#shell.history);
    if ("problem" in expanded) this.#show(`${expanded.problem}\n`);
    else {
      if (expanded.line !== typed) this.#show(`${expanded.line}\n`);
      const line = this.#pending + expanded.line;
      if (await this.#shell.isComplete(line)) {
        this.#pending = "";
        this.#remember(line);
        if (line.trim() !== "") await this.#run(line);
      } else this.#pending = line.endsWith("\\") ? line.slice(0, -1) : `${line}\n`;
    }
    this.#running = false;
    if (this.#isClosed) return;
    this.#editor = new LineEditor(this.#shell.history);
    this.#showPrompt();
    const ahead = this.#ahead;
    this.#ahead = "";
    if (ahead !== "") this.#type(ahead);
  }

  async #run(line: string): Promise<void> {
    const interrupt = new AbortController();
    this.#tty.begin(() => interrupt.abort());
    const early = this.#ahead;
    this.#ahead = "";
    if (early !== "") this.#tty.type(early);
    const result = await this.#shell.run(line, this.#tty, interrupt.signal);
    this.#ahead = this.#tty.end() + this.#ahead;
    this.#show(result.stdout + result.stderr);
    if (result.exited) {
      this.#show("exit\n");
      this.close();
    }
  }

  #remember(line: string): void {
    const entry = line.trim();
    if (entry === "" || line.startsWith(" ") || this.#shell.history.at(-1) === entry) return;
    this.#shell.history.push(entry);
    if (this.#shell.history.length > rememberedLines) this.#shell.history.shift();
  }

  /** Ctrl-C at the prompt. */
  #abandon(): void {
    this.#show(`^C${this.#view.leave(this.#prompt(), this.#editor.text, this.#size.columns)}`);
    this.#pending = "";
    this.#editor = new LineEditor(this.#shell.history);
  }

  /** Tab: as far as it is clear; at the second Tab the choices are listed. */
  #complete(): void {
    const { files } = this.#machine;
    const completion = complete(this.#editor.before, { files, cwd: this.#shell.cwd(), commandNames: this.#shell.commandNames() });
    if (completion.replacement !== completion.word) {
      this.#editor.replaceBefore([...completion.word].length, completion.replacement);
      this.#askedToComplete = false;
      return;
    }
    if (this.#askedToComplete && completion.candidates.length > 1) {
      this.#show(this.#view.leave(this.#prompt(), this.#editor.text, this.#size.columns));
      this.#show(`${listed(completion.candidates, this.#size.columns)}\n`);
    }
    this.#askedToComplete = true;
  }

  #prompt(): string {
    if (this.#editor.searchPrompt !== undefined) return this.#editor.searchPrompt;
    if (this.#pending !== "") return "> ";
    const cwd = this.#shell.cwd();
    const shown = cwd === "/root" ? "~" : cwd.startsWith("/root/") ? `~${cwd.slice(5)}` : cwd;
    return `root@${this.#machine.name.split(".")[0]}:${shown}# `;
  }

  #showPrompt(): void {
    this.#view.reset();
    this.#redraw();
  }

  #redraw(): void {
    this.#show(this.#view.draw(this.#prompt(), this.#editor.text, this.#editor.cursor, this.#size.columns));
  }

  /** A terminal wants a carriage return before each line feed (ONLCR). */
  #show(text: string): void {
    if (text === "" || (this.#isClosed && text !== "exit\n")) return;
    const output = text.replaceAll(/\r?\n/g, "\r\n");
    if (this.#listeners.length === 0) this.#unheard += output;
    for (const listener of this.#listeners) listener(output);
  }
}

const controlKeys: Readonly<Record<string, string>> = {
  enter: "\r",
  tab: "\t",
  backspace: "\x7f",
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  escape: "\x1b",
};

/** Keys back as the text that a terminal sends for them, for what was typed ahead of a running command. */
function keysAsText(keys: readonly { readonly name: string; readonly text?: string | undefined }[]): string {
  return keys
    .map(({ name, text }) => text ?? controlKeys[name] ?? (/^ctrl-[a-z]$/.test(name) ? String.fromCharCode(name.charCodeAt(5) - 96) : ""))
    .join("");
}

function listed(candidates: readonly string[], columns: number): string {
  const width = Math.max(...candidates.map(cells)) + 2;
  const perRow = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(candidates.length / perRow);
  const row = (at: number): string =>
    candidates
      .filter((_, index) => index % rows === at)
      .map((name) => name.padEnd(width))
      .join("")
      .trimEnd();
  return Array.from({ length: rows }, (_, at) => row(at)).join("\n");
}
