import type { FileStat } from "../../files/file-tree.ts";

/** A file that find visits. */
export interface FoundFile {
  /** As printed: with the starting point before it. */
  readonly shown: string;
  readonly start: string;
  readonly path: string;
  readonly depth: number;
  readonly stat: FileStat;
}

export type FindAction =
  | { readonly kind: "print" | "print0" | "ls" | "delete" | "prune" | "quit" }
  | { readonly kind: "printf"; readonly format: string }
  | { readonly kind: "exec"; readonly words: readonly string[]; readonly batch: boolean };

export type FindNode =
  | { readonly node: "test"; test(file: FoundFile): boolean }
  | { readonly node: "action"; readonly action: FindAction }
  | { readonly node: "not"; readonly of: FindNode }
  | { readonly node: "and" | "or"; readonly left: FindNode; readonly right: FindNode };

export interface FindExpression {
  readonly root: FindNode;
  readonly minDepth: number;
  readonly maxDepth: number;
  /** A directory's contents before the directory itself (-depth, -delete). */
  readonly depthFirst: boolean;
}

/** What tests may ask about the machine. */
export interface FindFacts {
  readonly nowMs: number;
  /** Modification time of a path on the command line; undefined when there is no such file. */
  modifiedAtMs(operand: string): number | undefined;
  isEmpty(file: FoundFile): boolean;
}

/** A wrong expression; the message is find's own. */
export class FindProblem extends Error {}

/** Reads the part of find's arguments behind the starting points. @throws FindProblem */
export function parseFindExpression(args: readonly string[], facts: FindFacts): FindExpression {
  const parser = new Parser(args, facts);
  const root = parser.expression();
  const printing: FindNode = { node: "action", action: { kind: "print" } };
  const { minDepth, maxDepth, depthFirst, acts } = parser;
  const whole = root === undefined ? printing : acts ? root : ({ node: "and", left: root, right: printing } as const);
  return { root: whole, minDepth, maxDepth, depthFirst };
}

class Parser {
  readonly #args: readonly string[];
  readonly #facts: FindFacts;
  #at = 0;
  minDepth = 0;
  maxDepth = Number.POSITIVE_INFINITY;
  depthFirst = false;
  acts = false;

  constructor(args: readonly string[], facts: FindFacts) {
    this.#args = args;
    this.#facts = facts;
  }

  expression(): FindNode | undefined {
    if (this.#args.length === 0) return undefined;
    const node = this.#or();
    if (this.#at < this.#args.length) throw new FindProblem("invalid expression; you have too many ')'");
    return node;
  }

  #or(): FindNode {
    let left = this.#and();
    while (["-o", "-or"].includes(this.#peek())) {
      this.#at++;
      left = { node: "or", left, right: this.#and() };
    }
    return left;
  }

  #and(): FindNode {
    let left = this.#factor();
    for (let next = this.#peek(); next !== "" && !["-o", "-or", ")"].includes(next); next = this.#peek()) {
      if (next === "-a" || next === "-and") this.#at++;
      left = { node: "and", left, right: this.#factor() };
    }
    return left;
  }

  #factor(): FindNode {
    const word = this.#next();
    if (word === "!" || word === "-not") return { node: "not", of: this.#factor() };
    if (word !== "(") return this.#primary(word);
    const inner = this.#or();
    if (this.#next() !== ")") throw new FindProblem("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
    return inner;
  }

  #primary(word: string): FindNode {
    switch (word) {
      case "-maxdepth":
        this.maxDepth = this.#count(word);
        return always;
      case "-mindepth":
        this.minDepth = this.#count(word);
        return always;
      case "-depth":
      case "-d":
        this.depthFirst = true;
        return always;
      case "-xdev":
      case "-mount":
      case "-noleaf":
      case "-follow":
        return always;
      default:
        return this.#action(word) ?? test(this.#test(word));
    }
  }

  #action(word: string): FindNode | undefined {
    const action = this.#actionOf(word);
    if (action === undefined) return undefined;
    if (action.kind !== "prune") this.acts = true;
    if (action.kind === "delete") this.depthFirst = true;
    return { node: "action", action };
  }

  #actionOf(word: string): FindAction | undefined {
    if (["-print", "-print0", "-ls", "-delete", "-prune", "-quit"].includes(word)) return { kind: word.slice(1) as "print" };
    if (word === "-printf") return { kind: "printf", format: this.#value(word) };
    if (word !== "-exec" && word !== "-execdir" && word !== "-ok") return undefined;
    const words: string[] = [];
    for (let next = this.#args[this.#at++]; next !== ";"; next = this.#args[this.#at++]) {
      if (next === undefined) throw new FindProblem(`missing argument to \`${word}'`);
      if (next === "+" && words.at(-1) === "{}") return { kind: "exec", words, batch: true };
      words.push(next);
    }
    return { kind: "exec", words, batch: false };
  }

  #test(word: string): (file: FoundFile) => boolean {
    const { nowMs } = this.#facts;
    switch (word) {
      case "-true":
        return () => true;
      case "-false":
        return () => false;
      case "-empty":
        return (file) => this.#facts.isEmpty(file);
      case "-name":
      case "-iname": {
        const pattern = globPattern(this.#value(word), word === "-iname", false);
        return ({ shown }) => pattern.test(shown.replace(/\/+$/, "").split("/").at(-1) ?? "");
      }
      case "-path":
      case "-wholename":
      case "-ipath": {
        const pattern = globPattern(this.#value(word), word === "-ipath", true);
        return ({ shown }) => pattern.test(shown);
      }
      case "-regex":
      case "-iregex": {
        const pattern = new RegExp(`^(?:${this.#value(word)})$`, word === "-iregex" ? "i" : "");
        return ({ shown }) => pattern.test(shown);
      }
      case "-type": {
        const letters = this.#value(word).split(",");
        return ({ stat }) => letters.includes(stat.kind === "directory" ? "d" : stat.kind === "symlink" ? "l" : "f");
      }
      case "-user":
        return same(this.#value(word), ({ stat }) => stat.owner);
      case "-group":
        return same(this.#value(word), ({ stat }) => stat.group);
      case "-mtime":
      case "-ctime":
      case "-atime":
        return compared(this.#value(word), word, ({ stat }) => Math.floor((nowMs - stat.modifiedAtMs) / 86_400_000));
      case "-mmin":
      case "-cmin":
      case "-amin":
        return compared(this.#value(word), word, ({ stat }) => Math.ceil((nowMs - stat.modifiedAtMs) / 60_000));
      case "-newer":
      case "-anewer":
      case "-cnewer":
        return this.#newer(word);
      case "-size":
        return sizeTest(this.#value(word));
      case "-perm":
        return permissionTest(this.#value(word));
      default:
        throw new FindProblem(word.startsWith("-") ? `unknown predicate \`${word}'` : `paths must precede expression: \`${word}'`);
    }
  }

  #newer(word: string): (file: FoundFile) => boolean {
    const operand = this.#value(word);
    const reference = this.#facts.modifiedAtMs(operand);
    if (reference === undefined) throw new FindProblem(`‘${operand}’: No such file or directory`);
    return ({ stat }) => stat.modifiedAtMs > reference;
  }

  #peek(): string {
    return this.#args[this.#at] ?? "";
  }

  #next(): string {
    const word = this.#args[this.#at++];
    if (word === undefined) throw new FindProblem("invalid expression; you have used a binary operator '-a' with nothing after it.");
    return word;
  }

  #value(word: string): string {
    const value = this.#args[this.#at++];
    if (value === undefined) throw new FindProblem(`missing argument to \`${word}'`);
    return value;
  }

  #count(word: string): number {
    const value = this.#value(word);
    if (!/^\d+$/.test(value)) throw new FindProblem(`Expected a positive decimal integer argument to ${word}, but got ‘${value}’`);
    return Number(value);
  }
}

const always: FindNode = { node: "test", test: () => true };

function test(predicate: (file: FoundFile) => boolean): FindNode {
  return { node: "test", test: predicate };
}

function same(wanted: string, of: (file: FoundFile) => string): (file: FoundFile) => boolean {
  return (file) => of(file) === wanted;
}

/** `+N`: more than, `-N`: less than, `N`: exactly. */
function compared(value: string, word: string, of: (file: FoundFile) => number): (file: FoundFile) => boolean {
  const match = /^([+-]?)(\d+(?:\.\d+)?)$/.exec(value);
  if (match === null) throw new FindProblem(`invalid argument \`${value}' to \`${word}'`);
  const limit = Number(match[2]);
  if (match[1] === "+") return (file) => of(file) > limit;
  if (match[1] === "-") return (file) => of(file) < limit;
  return (file) => of(file) === limit;
}

function sizeTest(value: string): (file: FoundFile) => boolean {
  const match = /^([+-]?\d+)([bcwkMG]?)$/.exec(value);
  if (match === null) throw new FindProblem(`Invalid argument \`${value}' to -size`);
  const unit = { b: 512, c: 1, w: 2, k: 1024, M: 1_048_576, G: 1_073_741_824, "": 512 }[match[2] ?? ""] ?? 512;
  return compared(match[1] ?? "", "-size", ({ stat }) => Math.ceil((stat.kind === "directory" ? 4096 : stat.sizeBytes) / unit));
}

function permissionTest(value: string): (file: FoundFile) => boolean {
  const match = /^([-/]?)([0-7]+)$/.exec(value);
  if (match === null) throw new FindProblem(`invalid mode ‘${value}’`);
  const bits = Number.parseInt(match[2] ?? "0", 8);
  if (match[1] === "-") return ({ stat }) => (stat.mode & bits) === bits;
  if (match[1] === "/") return ({ stat }) => bits === 0 || (stat.mode & bits) !== 0;
  return ({ stat }) => (stat.mode & 0o7777) === bits;
}

/** A shell pattern as fnmatch(3) reads it, a leading dot included. @param slashes whether `*` matches slashes too */
export function globPattern(pattern: string, ignoreCase: boolean, slashes: boolean): RegExp {
  const any = slashes ? "[^]" : "[^/]";
  let source = "";
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern[index] as string;
    if (char === "*") source += `${any}*`;
    else if (char === "?") source += any;
    else if (char === "\\" && index + 1 < pattern.length) source += escaped(pattern[++index] as string);
    else if (char === "[") {
      const end = pattern.indexOf("]", index + 2);
      if (end === -1) source += "\\[";
      else {
        const inner = pattern
          .slice(index + 1, end)
          .replace(/^!/, "^")
          .replaceAll("\\", "\\\\");
        source += inner.includes("[:") ? "." : `[${inner}]`;
        index = end;
      }
    } else source += escaped(char);
  }
  try {
    return new RegExp(`^${source}$`, ignoreCase ? "i" : "");
  } catch {
    return new RegExp(`^${escaped(pattern)}$`, ignoreCase ? "i" : "");
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
