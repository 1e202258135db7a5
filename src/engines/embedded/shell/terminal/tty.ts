import type { Console } from "../command.ts";

/** What a terminal's line discipline does with what was typed while a command runs. */
export class Tty implements Console {
  readonly #show: (text: string) => void;
  readonly #size: { readonly columns: number; readonly rows: number };
  readonly canBeRaw = true;
  #raw = false;
  #input = "";
  #line = "";
  #waiting: ((input: string | undefined) => void) | undefined;
  #interrupt: (() => void) | undefined;

  /** @param size read at each call, so that a resize is seen */
  constructor(show: (text: string) => void, size: { readonly columns: number; readonly rows: number }) {
    this.#show = show;
    this.#size = size;
  }

  get columns(): number {
    return this.#size.columns;
  }

  get rows(): number {
    return this.#size.rows;
  }

  write(text: string): void {
    this.#show(text);
  }

  read(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#pump();
    });
  }

  setRaw(raw: boolean): void {
    this.#raw = raw;
  }

  /** A command starts: Ctrl-C goes to it. */
  begin(interrupt: () => void): void {
    this.#interrupt = interrupt;
    this.#line = "";
  }

  /** The command has ended. @returns what was typed ahead */
  end(): string {
    const ahead = this.#line + this.#input;
    this.#interrupt = undefined;
    this.#waiting = undefined;
    this.#raw = false;
    this.#input = "";
    this.#line = "";
    return ahead;
  }

  /** The terminal is closed: who reads gets the end. */
  hangUp(): void {
    this.#waiting?.(undefined);
    this.#waiting = undefined;
    this.#interrupt?.();
  }

  /** Something was typed. */
  type(input: string): void {
    if (this.#raw) this.#input += input;
    else {
      const interrupt = input.lastIndexOf("\x03");
      if (interrupt === -1) this.#input += input;
      else {
        this.#input = input.slice(interrupt + 1);
        this.#line = "";
        this.#show("^C\n");
        this.#interrupt?.();
      }
    }
    this.#pump();
  }

  #pump(): void {
    if (this.#waiting === undefined || this.#input === "") return;
    if (this.#raw) {
      const keys = this.#input;
      this.#input = "";
      this.#give(keys);
      return;
    }
    while (this.#input !== "" && this.#waiting !== undefined) {
      const [char = ""] = this.#input;
      const sequence = /^\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z]|.)?/.exec(this.#input);
      this.#input = this.#input.slice(sequence?.[0].length ?? char.length);
      if (sequence === null) this.#cook(char);
    }
  }

  /** Canonical mode: echo, erase, kill, end of line, end of file. */
  #cook(char: string): void {
    switch (char) {
      case "\r":
      case "\n": {
        const line = `${this.#line}\n`;
        this.#show("\n");
        this.#line = "";
        this.#give(line);
        return;
      }
      case "\x04": {
        const line = this.#line;
        this.#line = "";
        this.#give(line === "" ? undefined : line);
        return;
      }
      // telnet's escape character ends the line at once (VEOL).
      case "\x1d":
        this.#show("^]");
        this.#line = "";
        this.#give(char);
        return;
      case "\x7f":
      case "\b":
        this.#erase(1);
        return;
      case "\x15":
        this.#erase([...this.#line].length);
        return;
      case "\x17":
        this.#erase([...(/\S*\s*$/.exec(this.#line)?.[0] ?? "")].length);
        return;
      default:
        if (char >= " " || char === "\t") {
          this.#line += char;
          this.#show(char);
        }
    }
  }

  #erase(count: number): void {
    const chars = [...this.#line];
    const gone = Math.min(count, chars.length);
    if (gone === 0) return;
    this.#line = chars.slice(0, chars.length - gone).join("");
    this.#show("\b \b".repeat(gone));
  }

  #give(input: string | undefined): void {
    const resolve = this.#waiting;
    this.#waiting = undefined;
    resolve?.(input);
  }
}
