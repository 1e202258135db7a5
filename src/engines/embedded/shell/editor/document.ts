import { FileError } from "../../files/file-tree.ts";
import type { CommandCall } from "../command.ts";
import { isDirectory } from "../file-system.ts";
import { directoryName, resolvePath } from "../paths.ts";
import { statOf } from "../symlinks.ts";

interface Snapshot {
  readonly lines: readonly string[];
  readonly row: number;
  readonly column: number;
}

/** A file in an editor: its lines, the cursor, and what can be taken back. */
export class Document {
  lines: string[];
  row = 0;
  /** In UTF-16 units of the line. */
  column = 0;
  changed = false;
  readonly #undo: Snapshot[] = [];
  readonly #redo: Snapshot[] = [];

  readonly #finalLine: boolean;

  /** @param finalLine whether an empty line stands behind the last line break, as nano shows it */
  constructor(text: string, finalLine = false) {
    this.#finalLine = finalLine;
    this.lines = text === "" ? [""] : (finalLine ? text : text.replace(/\n$/, "")).split("\n");
  }

  get line(): string {
    return this.lines[this.row] ?? "";
  }

  get text(): string {
    if (this.lines.length === 1 && this.lines[0] === "") return "";
    return this.#finalLine && this.lines.at(-1) === "" ? this.lines.join("\n") : `${this.lines.join("\n")}\n`;
  }

  /** Lines that the file has, or will have. */
  get lineCount(): number {
    return this.text.split("\n").length - 1;
  }

  /** Remembers the state, to be taken back later; call before a change. */
  mark(): void {
    this.#undo.push({ lines: [...this.lines], row: this.row, column: this.column });
    if (this.#undo.length > 200) this.#undo.shift();
    this.#redo.length = 0;
    this.changed = true;
  }

  /** @returns false when there is nothing to take back */
  undo(): boolean {
    return this.#swap(this.#undo, this.#redo);
  }

  redo(): boolean {
    return this.#swap(this.#redo, this.#undo);
  }

  /** Replaces the current line. */
  setLine(text: string): void {
    this.lines[this.row] = text;
  }

  /** Inserts at the cursor; the text may hold line breaks. The cursor goes behind it. */
  insert(text: string): void {
    const [before, after] = [this.line.slice(0, this.column), this.line.slice(this.column)];
    const parts = `${before}${text}`.split("\n");
    const last = parts.at(-1) ?? "";
    this.lines.splice(this.row, 1, ...parts.slice(0, -1), last + after);
    this.row += parts.length - 1;
    this.column = last.length;
  }

  /** Deletes the character before the cursor; at the start of a line joins it to the one before. */
  backspace(): void {
    if (this.column > 0) {
      this.setLine(this.line.slice(0, this.column - 1) + this.line.slice(this.column));
      this.column--;
    } else if (this.row > 0) {
      const rest = this.line;
      this.lines.splice(this.row, 1);
      this.row--;
      this.column = this.line.length;
      this.setLine(this.line + rest);
    }
  }

  /** Deletes the character under the cursor, or the line break. */
  deleteForward(): void {
    if (this.column < this.line.length) this.setLine(this.line.slice(0, this.column) + this.line.slice(this.column + 1));
    else if (this.row + 1 < this.lines.length) this.lines.splice(this.row, 2, this.line + (this.lines[this.row + 1] ?? ""));
  }

  /** Takes whole lines out. A document never has fewer than one line. */
  cutLines(from: number, count: number): readonly string[] {
    const cut = this.lines.splice(from, count);
    if (this.lines.length === 0) this.lines.push("");
    this.row = Math.min(from, this.lines.length - 1);
    return cut;
  }

  moveTo(row: number, column: number): void {
    this.row = Math.max(0, Math.min(row, this.lines.length - 1));
    this.column = Math.max(0, Math.min(column, this.line.length));
  }

  /** The next match behind (or before) the cursor, around the end of the file. @returns false when there is none */
  search(pattern: RegExp, forward: boolean): boolean {
    const count = this.lines.length;
    for (let step = 0; step <= count; step++) {
      const row = (this.row + (forward ? step : -step) + count * 2) % count;
      const matches = [
        ...(this.lines[row] ?? "").matchAll(new RegExp(pattern, pattern.flags.includes("g") ? pattern.flags : `${pattern.flags}g`)),
      ].map(({ index }) => index);
      const fits = (column: number): boolean => step > 0 || (forward ? column > this.column : column < this.column);
      const found = forward ? matches.find(fits) : matches.findLast(fits);
      const wrapped = step === count ? matches[0] : undefined;
      const column = found ?? wrapped;
      if (column === undefined) continue;
      this.moveTo(row, column);
      return true;
    }
    return false;
  }

  #swap(from: Snapshot[], to: Snapshot[]): boolean {
    const state = from.pop();
    if (state === undefined) return false;
    to.push({ lines: [...this.lines], row: this.row, column: this.column });
    this.lines = [...state.lines];
    this.moveTo(state.row, state.column);
    return true;
  }
}

/** What became of reading or writing a file. */
export type Loaded = { readonly text: string; readonly isNew: boolean } | { readonly problem: string };

export function loadFile(call: CommandCall, name: string): Loaded {
  const path = resolvePath(call.cwd, name);
  if (isDirectory(call.machine.files, path)) return { problem: "Is a directory" };
  const text = call.machine.files.read(path);
  return { text: text ?? "", isNew: statOf(call.machine.files, path) === undefined };
}

/** @returns what the kernel says when it cannot be written */
export function saveFile(call: CommandCall, name: string, text: string): string | undefined {
  const path = resolvePath(call.cwd, name);
  if (isDirectory(call.machine.files, path)) return "Is a directory";
  if (!isDirectory(call.machine.files, directoryName(path))) return "No such file or directory";
  try {
    call.machine.files.write(path, text);
    return undefined;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return error.code === "ENOSPC" ? "No space left on device" : error.code === "ENOTDIR" ? "Not a directory" : "Input/output error";
  }
}
