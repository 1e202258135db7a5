import { posix } from "node:path";
import type { FileTree } from "../../files/file-tree.ts";
import { directoryEntries, isDirectory } from "../file-system.ts";
import { resolvePath } from "../paths.ts";

/** What Tab can put in the place of the word before the cursor. */
export interface Completion {
  /** The word as typed so far. */
  readonly word: string;
  /** As far as all candidates agree; with a blank or slash behind when there is one only. */
  readonly replacement: string;
  readonly candidates: readonly string[];
}

/** Completes commands at the start of a command, paths elsewhere. */
export function complete(
  before: string,
  place: { readonly files: FileTree; readonly cwd: string; readonly commandNames: readonly string[] },
): Completion {
  const word = /(?:\\.|[^\s;|&<>()"'])*$/.exec(before)?.[0] ?? "";
  const start = before.slice(0, before.length - word.length).trimEnd();
  const isCommand = (start === "" || /[;|&(]$|\b(sudo|watch|then|do)$/.test(start)) && !word.includes("/");
  const candidates = isCommand ? place.commandNames.filter((name) => name.startsWith(word)) : paths(word, place);
  const unique = [...new Set(candidates)].sort();
  const [only] = unique;
  if (only === undefined) return { word, replacement: word, candidates: [] };
  if (unique.length > 1) return { word, replacement: commonPrefix(unique), candidates: unique.map((path) => shown(path)) };
  return { word, replacement: only.endsWith("/") ? only : `${only} `, candidates: [only] };
}

function paths(word: string, { files, cwd }: { readonly files: FileTree; readonly cwd: string }): readonly string[] {
  const slash = word.lastIndexOf("/");
  const [prefix, name] = [word.slice(0, slash + 1), word.slice(slash + 1)];
  const directory = resolvePath(cwd, prefix === "" ? "." : prefix);
  return directoryEntries(files, directory)
    .filter((entry) => entry.startsWith(name) && (name !== "" || !entry.startsWith(".")))
    .map((entry) => `${prefix}${entry.replaceAll(" ", "\\ ")}${isDirectory(files, posix.join(directory, entry)) ? "/" : ""}`);
}

function shown(path: string): string {
  const bare = path.endsWith("/") ? path.slice(0, -1) : path;
  return path.slice(bare.lastIndexOf("/") + 1);
}

function commonPrefix(words: readonly string[]): string {
  const [first = ""] = words;
  let length = first.length;
  for (const word of words) while (!word.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
