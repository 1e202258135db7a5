import type { CommandCall, Console } from "../command.ts";
import { Document, loadFile, saveFile } from "./document.ts";

const help = `Commands: p          show the file with line numbers
          N text     line N becomes text
          i N text   put a line before line N
          a text     put a line at the end
          d N        delete line N (d N-M: several)
          s old new  replace a word everywhere it stands
          w          save      q  end (q! without saving)
`;

/** An editor for a terminal without keys: it shows numbered lines and explains itself. */
export async function editByLine(call: CommandCall, console: Console, name: string): Promise<string> {
  const loaded = loadFile(call, name);
  if ("problem" in loaded) return `edit: ${name}: ${loaded.problem}\n`;
  const document = new Document(loaded.text);
  console.write(`${name}${loaded.isNew ? " (new file)" : ""}\n${numbered(document)}${help}`);
  for (;;) {
    console.write("edit> ");
    const typed = await console.read();
    if (typed === undefined) return "";
    const line = typed.replace(/\n$/, "");
    if (/^\s*q!\s*$/.test(line)) return "";
    if (/^\s*(q|x|wq)\s*$/.test(line)) {
      const saving = /x|w/.test(line);
      if (!saving && !document.changed) return "";
      if (!saving) {
        console.write("Not saved: w saves, q! ends without saving.\n");
        continue;
      }
      const problem = saveFile(call, name, document.text);
      if (problem === undefined) return "";
      console.write(`${problem}\n`);
      continue;
    }
    console.write(apply(call, name, document, line));
  }
}

function apply(call: CommandCall, name: string, document: Document, line: string): string {
  const [command = "", ...words] = line.trim().split(/\s+/);
  switch (command) {
    case "":
    case "p":
      return numbered(document);
    case "w": {
      const problem = saveFile(call, name, document.text);
      if (problem === undefined) document.changed = false;
      return problem === undefined ? `Saved ${name}.\n` : `${problem}\n`;
    }
    case "d":
      return remove(document, words[0] ?? "");
    case "i":
    case "a": {
      const place = command === "a" ? document.lines.length + 1 : Number(words[0]);
      if (!Number.isInteger(place) || place < 1 || place > document.lines.length + 1) return "Which line? i N text\n";
      document.mark();
      const text = line.replace(command === "a" ? /^\s*a ?/ : /^\s*i\s+\d+ ?/, "");
      if (document.text === "") document.lines.splice(0, 1, text);
      else document.lines.splice(place - 1, 0, text);
      return shown(document, place - 1);
    }
    case "s": {
      const [old = "", replacement = ""] = words;
      const hits = old === "" ? 0 : document.lines.filter((text) => text.includes(old)).length;
      if (hits === 0) return `${old} stands nowhere.\n`;
      document.mark();
      document.lines = document.lines.map((text) => text.replaceAll(old, replacement));
      return `Replaced in ${hits} line${hits === 1 ? "" : "s"}.\n`;
    }
    default:
      return replaceLine(document, line);
  }
}

function replaceLine(document: Document, line: string): string {
  const match = /^\s*(\d+)(?: ([^]*))?$/.exec(line);
  const row = Number(match?.[1]) - 1;
  if (match === null || row < 0 || row >= document.lines.length) return match === null ? help : `There is no line ${row + 1}.\n`;
  if (match[2] !== undefined) {
    document.mark();
    document.lines[row] = match[2];
  }
  return shown(document, row);
}

function remove(document: Document, range: string): string {
  const match = /^(\d+)(?:[-,](\d+))?$/.exec(range);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (match === null || from < 1 || to < from || to > document.lines.length) return "Which line? d N\n";
  document.mark();
  const cut = document.cutLines(from - 1, to - from + 1);
  return `Deleted: ${cut.join(" / ")}\n`;
}

function numbered(document: Document): string {
  return document.lines.map((_, row) => shown(document, row)).join("");
}

function shown(document: Document, row: number): string {
  return `${String(row + 1).padStart(4)}  ${document.lines[row] ?? ""}\n`;
}
