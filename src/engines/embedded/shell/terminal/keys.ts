import { letteredKeys, numberedKeys } from "../../../../base/terminal-keys.ts";

/**
 * One key press as a terminal sends it. `text` is what was typed or pasted; everything else has a name: `enter`, `up`, `ctrl-c`,
 * `alt-b`, `ctrl-left`, `f2`, `escape`.
 */
export type Key =
  | { readonly name: "text" | "paste"; readonly text: string }
  | { readonly name: Exclude<string, "text" | "paste">; readonly text?: undefined };

const finals: Readonly<Record<string, string>> = { ...letteredKeys, Z: "backtab" };
const controls: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x1b": "escape",
};
const pasteEnd = "\x1b[201~";

/** Splits a terminal's input into keys. Sequences may come in pieces; an escape that stands alone at the end of a piece is the key. */
export class KeyDecoder {
  #rest = "";

  decode(input: string): readonly Key[] {
    const keys: Key[] = [];
    let text = this.#rest + input;
    this.#rest = "";
    while (text !== "") {
      const taken = this.#next(text, keys);
      if (taken === 0) {
        this.#rest = text;
        break;
      }
      text = text.slice(taken);
    }
    return keys;
  }

  /** @returns how much of the text the first key took; 0 when its end has not come yet */
  #next(text: string, keys: Key[]): number {
    if (text.startsWith("\x1b[200~")) {
      const end = text.indexOf(pasteEnd);
      if (end === -1) return 0;
      keys.push({ name: "paste", text: text.slice(6, end).replaceAll(/\r\n?/g, "\n") });
      return end + pasteEnd.length;
    }
    const sequence = /^\x1b(?:\[([0-9;]*)([A-Za-z~])|O([A-Za-z]))/.exec(text);
    if (sequence !== null) {
      const name = sequenceName(sequence[1] ?? "", sequence[2] ?? sequence[3] ?? "");
      if (name !== undefined) keys.push({ name });
      return sequence[0].length;
    }
    if (/^\x1b(?:\[[0-9;]*|O)$/.test(text) && text.length > 1) return 0;
    if (text.startsWith("\x1b") && text.length > 1 && text[1] !== "\x1b") {
      const [letter = ""] = text.slice(1);
      keys.push({ name: letter === "\x7f" ? "alt-backspace" : `alt-${letter}` });
      return 1 + letter.length;
    }
    const [char = ""] = text;
    const code = char.codePointAt(0) ?? 0;
    if (controls[char] !== undefined) keys.push({ name: controls[char] });
    else if (code < 32) keys.push({ name: `ctrl-${code === 0 ? "space" : String.fromCharCode(code + 96)}` });
    else keys.push({ name: "text", text: char });
    return char.length;
  }
}

/** `1;5` + `C` is ctrl-right; undefined for what we do not know. */
function sequenceName(parameters: string, final: string): string | undefined {
  const [first = "", modifier = "1"] = parameters.split(";");
  const base = final === "~" ? numberedKeys[first] : finals[final];
  if (base === undefined) return undefined;
  const bits = (Number(modifier) || 1) - 1;
  const prefix = bits & 4 ? "ctrl-" : bits & 2 ? "alt-" : "";
  return prefix + base;
}
