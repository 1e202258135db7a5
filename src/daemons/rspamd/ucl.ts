/**
 * UCL, the language of Rspamd's files, as far as its stock files and an administrator's use it: `key = value;`, sections with and
 * without names, arrays, quoted strings, here-documents, comments, `.include`. Scalars stay text; who reads them knows their kind.
 */
export interface UclObject {
  readonly entries: Map<string, UclEntry>;
}

export type UclValue = string | UclObject | readonly UclValue[];

interface UclEntry {
  readonly value: UclValue;
  readonly priority: number;
}

/** What libucl says of text that it does not understand; the first one ends the reading. */
export class UclError extends Error {
  readonly file: string;
  readonly line: number;

  constructor(message: string, file: string, line: number) {
    super(message);
    this.name = "UclError";
    this.file = file;
    this.line = line;
  }
}

export interface UclSource {
  /** @param path variables resolved */
  read(path: string): string | undefined;
  /** `CONFDIR` → `/etc/rspamd` */
  readonly variables: Readonly<Record<string, string>>;
}

/** Reads a file and everything that it includes. @throws UclError */
export function readUcl(source: UclSource, file: string): UclObject {
  const root: UclObject = { entries: new Map() };
  const text = source.read(file);
  if (text === undefined) throw new UclError(`cannot open file ${file}: No such file or directory`, file, 1);
  new UclReader(source, file, text, 0).readInto(root);
  return root;
}

/** The value at a path of keys, through sections and their names. Of several values of one name the last. */
export function uclAt(object: UclObject, ...path: readonly string[]): UclValue | undefined {
  let value: UclValue | undefined = object;
  for (const key of path) value = isUclObject(value) ? value.entries.get(key)?.value : undefined;
  return value;
}

export function isUclObject(value: UclValue | undefined): value is UclObject {
  return typeof value === "object" && !Array.isArray(value);
}

/** One value or an array of them as a list of texts; sections are left out. */
export function uclTexts(value: UclValue | undefined): readonly string[] {
  if (value === undefined || isUclObject(value)) return [];
  return typeof value === "string" ? [value] : value.flatMap(uclTexts);
}

export function uclText(value: UclValue | undefined): string | undefined {
  return uclTexts(value).at(-1);
}

/** The sections below a section, by name, in order. */
export function uclSections(value: UclValue | undefined): readonly (readonly [string, UclObject])[] {
  if (!isUclObject(value)) return [];
  return [...value.entries].flatMap(([name, entry]) => (isUclObject(entry.value) ? [[name, entry.value] as const] : []));
}

interface IncludeOptions {
  readonly isOptional: boolean;
  readonly priority: number;
}

/** Reads one file. Its sections lie on a stack of their own: an included file cannot close what the other opened. */
class UclReader {
  readonly #source: UclSource;
  readonly #file: string;
  readonly #text: string;
  readonly #priority: number;
  #at = 0;

  constructor(source: UclSource, file: string, text: string, priority: number) {
    this.#source = source;
    this.#file = file;
    this.#text = text;
    this.#priority = priority;
  }

  readInto(object: UclObject): void {
    this.#members(object, undefined);
  }

  /** Keys and values up to the brace that closes them, or the end of the file. @param openedAt where the brace stands; none around a file */
  #members(object: UclObject, openedAt: number | undefined): void {
    for (;;) {
      this.#skipBlank(true);
      const next = this.#peek();
      if (next === "") {
        if (openedAt !== undefined) this.#unclosed(openedAt);
        return;
      }
      if (next === "}") {
        if (openedAt === undefined) this.#strayBrace();
        this.#at++;
        return;
      }
      if (next === ".") this.#macro(object);
      else this.#member(object);
    }
  }

  #member(object: UclObject): void {
    const key = this.#key();
    this.#skipBlank(false);
    const next = this.#peek();
    if (next === "=" || next === ":") {
      this.#at++;
      this.#skipBlank(true);
      insert(object, key, this.#value(), this.#priority);
      return;
    }
    const names = this.#sectionNames();
    insert(object, key, names === undefined ? this.#value() : this.#section(names), this.#priority);
  }

  #key(): string {
    if (this.#peek() === '"') return this.#quoted();
    if (!/[A-Za-z0-9_/$*~]/.test(this.#peek())) this.#fail("key must begin with a letter");
    const start = this.#at;
    while (/[A-Za-z0-9_/$*~.@-]/.test(this.#peek())) this.#at++;
    if (!/[\s=:{"]/.test(this.#peek())) this.#fail("invalid character in a key");
    return this.#text.slice(start, this.#at);
  }

  /** The names between a key and its brace: `worker "proxy" {`. @returns undefined where no brace follows on the line */
  #sectionNames(): readonly string[] | undefined {
    const match = /^((?:"(?:[^"\\\n]|\\.)*"|[^\s"{};=:,#]+)?(?:[ \t]+(?:"(?:[^"\\\n]|\\.)*"|[^\s"{};=:,#]+))*)\s*\{/.exec(
      this.#text.slice(this.#at),
    );
    if (match === null) return undefined;
    this.#at += match[0].length - 1;
    return (match[1]?.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map((name) => name.replace(/^"([^]*)"$/, "$1"));
  }

  #section(names: readonly string[]): UclObject {
    const openedAt = this.#at++;
    const inner: UclObject = { entries: new Map() };
    this.#members(inner, openedAt);
    return names.reduceRight<UclObject>((value, name) => ({ entries: new Map([[name, { value, priority: this.#priority }]]) }), inner);
  }

  #value(): UclValue {
    const next = this.#peek();
    let value: UclValue;
    if (next === "{") return this.#section([]);
    if (next === "[") value = this.#array();
    else if (next === '"') value = this.#expanded(this.#quoted());
    else if (this.#text.startsWith("<<", this.#at)) return this.#hereDocument();
    else value = this.#expanded(this.#bare());
    this.#skipBlank(false);
    if (this.#peek() === ";" || this.#peek() === ",") this.#at++;
    return value;
  }

  #array(): readonly UclValue[] {
    const openedAt = this.#at++;
    const values: UclValue[] = [];
    for (;;) {
      this.#skipBlank(true);
      const next = this.#peek();
      if (next === "") this.#unclosed(openedAt);
      if (next === "}") this.#fail("unexpected terminating symbol detected");
      if (next === "]") {
        this.#at++;
        return values;
      }
      values.push(this.#value());
    }
  }

  #quoted(): string {
    let text = "";
    for (this.#at++; ; this.#at++) {
      const next = this.#peek();
      if (next === "\n" || next === "") this.#fail("unexpected newline");
      if (next === '"') break;
      if (next !== "\\") text += next;
      else {
        const escaped = this.#text[++this.#at] ?? "";
        text += { n: "\n", r: "\r", t: "\t" }[escaped] ?? escaped;
      }
    }
    this.#at++;
    return text;
  }

  #bare(): string {
    const start = this.#at;
    while (!/^(?:[;,\n}\]]|[ \t]*#|$)/.test(this.#text.slice(this.#at, this.#at + 40))) this.#at++;
    return this.#text.slice(start, this.#at).trim();
  }

  #hereDocument(): string {
    const match = /^<<([A-Z]+)\n([^]*?)\n\1\n?/.exec(this.#text.slice(this.#at));
    if (match === null) return this.#bare();
    this.#at += match[0].length;
    return match[2] as string;
  }

  /** `.include(try=true; priority=1,duplicate=merge) "path"` */
  #macro(object: UclObject): void {
    const match = /^\.(\w+)[ \t]*(?:\(([^)]*)\))?[ \t]*(?:"([^"\n]*)"|([^\s;"]*));?/.exec(this.#text.slice(this.#at));
    const [whole = "", name = "", options = "", quoted, bare = ""] = match ?? [];
    const { line } = this.#place();
    if (!/^(try_?)?include/.test(name)) {
      this.#at += name.length + 1;
      const character = this.#peek();
      const column = this.#place().column;
      throw this.#error(`error at ${this.#file}:${line} at column ${column}: unknown macro: '${name}', character: '${character}'`);
    }
    this.#include(object, this.#expanded(quoted ?? bare), {
      isOptional: /\btry\s*=\s*(true|yes|on)\b/.test(options) || name.startsWith("try"),
      priority: Number(/\bpriority\s*=\s*(\d+)/.exec(options)?.[1] ?? 0),
    });
    this.#at += whole.length;
  }

  #include(object: UclObject, path: string, { isOptional, priority }: IncludeOptions): void {
    const text = this.#source.read(path);
    if (text !== undefined) new UclReader(this.#source, path, text, Math.max(priority, this.#priority)).readInto(object);
    else if (!isOptional) throw this.#error(`cannot open file ${path}: No such file or directory`);
  }

  #expanded(text: string): string {
    return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
      return this.#source.variables[braced ?? plain ?? ""] ?? whole;
    });
  }

  #skipBlank(acrossLines: boolean): void {
    const blank = acrossLines ? /^(?:[\s;,]+|#[^\n]*|\/\*[^]*?\*\/)+/ : /^(?:[ \t]+|\/\*[^]*?\*\/)+/;
    this.#at += blank.exec(this.#text.slice(this.#at))?.[0].length ?? 0;
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }

  /** Lines count from 1, columns from 0. */
  #place(): { readonly line: number; readonly column: number } {
    const before = this.#text.slice(0, this.#at);
    return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") - 1 };
  }

  #fail(what: string): never {
    const { line, column } = this.#place();
    const character = this.#peek();
    const shown = /^[!-~]$/.test(character) ? character : `0x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`;
    throw this.#error(`error while parsing ${this.#file}: line: ${line}, column: ${column} - '${what}', character: '${shown}'`);
  }

  #unclosed(openedAt: number): never {
    const opened = this.#text.slice(0, openedAt).split("\n").length;
    throw this.#error(`${this.#file}:${this.#place().line} unmatched open brace at ${opened}; `);
  }

  #strayBrace(): never {
    throw this.#error(`${this.#file}:${this.#place().line} object closed with } is not opened with { at line 1`);
  }

  #error(message: string): UclError {
    return new UclError(message, this.#file, this.#place().line);
  }
}

/** A higher priority replaces, sections of one name grow together, other values of one name become a list. */
function insert(object: UclObject, key: string, value: UclValue, priority: number): void {
  const present = object.entries.get(key);
  if (present === undefined) object.entries.set(key, { value, priority });
  else if (isUclObject(present.value) && isUclObject(value)) {
    for (const [name, entry] of value.entries) insert(present.value, name, entry.value, entry.priority);
  } else if (priority > present.priority) object.entries.set(key, { value, priority });
  else if (priority === present.priority) {
    const values = [present.value, value].flatMap((each) => (Array.isArray(each) ? (each as readonly UclValue[]) : [each]));
    object.entries.set(key, { value: values, priority });
  }
}
