import { letteredKeys, numberedKeys } from "../../base/terminal-keys.ts";

/** A key that was pressed, or a text that was pasted. */
export interface Key {
  /** `a`, `ä`, `enter`, `escape`, `up`, `f3`, `pageup`, `ctrl-g`, `paste`, or `unknown` for a sequence that no key of ours sends. */
  readonly name: string;
  /** What a program in the terminal is sent: the bytes as they came; for a paste the text alone. */
  readonly bytes: string;
}

/** Takes a keyboard's bytes apart. What is cut in two by the wire is put together again. */
export interface KeyDecoder {
  hear(input: string): Key[];
  /** No more bytes came: an escape that waits is the Escape key. */
  settle(): Key[];
  /** An escape waits for what may follow it. */
  readonly isWaiting: () => boolean;
}

const cursorKeys: Readonly<Record<string, string>> = { ...letteredKeys, Z: "shift-tab" };
const controls: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x1b": "escape",
  "\x00": "ctrl-space",
};
const modifiers = ["", "", "shift-", "alt-", "shift-alt-", "ctrl-", "shift-ctrl-", "alt-ctrl-", "shift-alt-ctrl-"];

const pasteBegins = "\x1b[200~";
const pasteEnds = "\x1b[201~";

/** `CSI` with parameters and a letter, the Linux console's `CSI [ A`, `SS3` and a letter, a string to us (OSC, DCS), Alt and a key, or one character. */
const piece =
  /\x1b\[\[[A-E]|\x1b\[[<=>?]?[\d;:]*[ -/]*[@-~]|\x1bO[ -~]|\x1b[\]P_^][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b(?![[O\]P_^\x1b])[^]|[^]/gu;
/** What may be the beginning of a longer piece. */
const unfinished = /\x1b(?:\[\[?[<=>?]?[\d;:]*[ -/]*|O|[\]P_^][^\x07\x1b]*\x1b?)?$/;

export function createKeyDecoder(): KeyDecoder {
  let rest = "";
  let pasted: string | undefined;

  const decode = (text: string): Key[] => [...text.matchAll(piece)].map(([bytes]) => ({ name: nameOf(bytes), bytes }));
  const hear = (input: string): Key[] => {
    let text = rest + input;
    rest = "";
    const keys: Key[] = [];
    for (;;) {
      if (pasted !== undefined) {
        const end = text.indexOf(pasteEnds);
        const sure = end < 0 ? text.length - overlap(text, pasteEnds) : end;
        pasted += text.slice(0, sure);
        if (end < 0) {
          rest = text.slice(sure);
          return keys;
        }
        keys.push({ name: "paste", bytes: pasted });
        pasted = undefined;
        text = text.slice(end + pasteEnds.length);
      }
      const begin = text.indexOf(pasteBegins);
      const before = begin < 0 ? text : text.slice(0, begin);
      rest = begin < 0 ? (unfinished.exec(before)?.[0] ?? "") : "";
      keys.push(...decode(before.slice(0, before.length - rest.length)));
      if (begin < 0) return keys;
      pasted = "";
      text = text.slice(begin + pasteBegins.length);
    }
  };
  return {
    hear,
    settle: () => {
      if (pasted !== undefined || rest === "") return [];
      const [first = "", ...others] = rest;
      rest = "";
      // Escape, and then whatever else was typed.
      const keys = [{ name: nameOf(first), bytes: first }];
      return others.length === 0 ? keys : [{ name: `alt-${others[0]}`, bytes: first + others[0] }, ...decode(others.slice(1).join(""))];
    },
    isWaiting: () => rest !== "" && pasted === undefined,
  };
}

function nameOf(bytes: string): string {
  const control = controls[bytes];
  if (control !== undefined) return control;
  if (!bytes.startsWith("\x1b")) return bytes < " " ? `ctrl-${String.fromCharCode(bytes.charCodeAt(0) + 96)}` : bytes;
  const console = /^\x1b\[\[([A-E])$/.exec(bytes);
  if (console !== null) return `f${(console[1] as string).charCodeAt(0) - 64}`;
  const [, numbers = "", final = ""] = /^\x1b[[O]([\d;]*)([A-Za-z~])$/.exec(bytes) ?? [];
  const [number = "", modifier = ""] = numbers.split(";");
  const key = final === "~" ? numberedKeys[number] : cursorKeys[final];
  if (key !== undefined) return (modifiers[Number(modifier)] ?? "") + key;
  const alt = /^\x1b([^[O\]P_^])$/u.exec(bytes)?.[1];
  return alt === undefined ? "unknown" : `alt-${nameOf(alt)}`;
}

/** How much of the end of a text may be the beginning of a mark. */
function overlap(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
}
