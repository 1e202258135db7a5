import type { FileReader } from "../daemon.ts";
import type { DovecotProblem } from "./dovecot-problem.ts";
import { checkSetting, findSetting } from "./setting-check.ts";
import { SECTIONS_WITHIN, SETTING_DEFAULTS } from "./setting-defaults.ts";

/** A setting where it stands. */
export interface Setting {
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** A section of dovecot.conf; the outermost level is one whose kind is "". Repeated sections of one name are one. */
export interface ConfigSection {
  readonly kind: string;
  /** `lmtp` of `service lmtp { }`; "" where there is none. */
  readonly name: string;
  readonly settings: ReadonlyMap<string, Setting>;
  readonly sections: readonly ConfigSection[];
}

interface OpenSection extends ConfigSection {
  readonly settings: Map<string, Setting>;
  readonly sections: OpenSection[];
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/** The first fatal problem ends the reading, as it does for doveconf. */
class Fatal extends Error {
  readonly problem: DovecotProblem;

  constructor(problem: DovecotProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Sections that only narrow where their settings hold: they are not named in messages. */
const FILTERS = new Set(["protocol", "local", "local_name", "remote"]);

/**
 * Reads dovecot.conf and what it includes.
 * @returns what was read up to the first fatal problem
 */
export function readConfigFile(
  files: FileReader,
  path: string,
): { readonly config: ConfigSection; readonly problems: readonly DovecotProblem[] } {
  const root = section("", "");
  const problems: DovecotProblem[] = [];
  try {
    new Reader(files, path, root, problems).read(path);
  } catch (error) {
    if (!(error instanceof Fatal)) throw error;
    problems.push(error.problem);
  }
  return { config: root, problems };
}

/** The value of a setting of the outermost level, else its default. */
export function settingOf(config: ConfigSection, name: string): string {
  return config.settings.get(name)?.value ?? SETTING_DEFAULTS[name] ?? "";
}

class Reader {
  readonly #files: FileReader;
  readonly #main: string;
  readonly #problems: DovecotProblem[];
  /** Open sections, the outermost first. */
  readonly #open: { readonly section: OpenSection; readonly start: Place }[];
  readonly #including = new Set<string>();

  constructor(files: FileReader, main: string, root: OpenSection, problems: DovecotProblem[]) {
    this.#files = files;
    this.#main = main;
    this.#problems = problems;
    this.#open = [{ section: root, start: { file: main, line: 0 } }];
  }

  read(path: string): void {
    const text = this.#files.read(path);
    if (text === undefined) throw this.#fatal(undefined, `open(${path}) failed: No such file or directory`, true);
    this.#including.add(path);
    const depth = this.#open.length;
    for (const { line, content } of logicalLines(text)) this.#line(content, { file: path, line });
    this.#including.delete(path);
    const unclosed = this.#open[this.#open.length - 1];
    if (this.#open.length > depth && unclosed !== undefined) {
      throw this.#fatal({ file: path, line: 0 }, `Missing '}' (section started at ${unclosed.start.file}:${unclosed.start.line})`);
    }
  }

  #line(text: string, place: Place): void {
    const include = /^!(include|include_try)\s+(\S.*)$/.exec(text);
    if (include !== null) {
      this.#include(include[2] as string, include[1] === "include_try", place);
      return;
    }
    if (text === "}") {
      if (this.#open.length === 1) throw this.#fatal(place, "Unexpected '}'");
      this.#open.pop();
      return;
    }
    if (text.startsWith("=")) throw this.#fatal(place, "Missing key name ('=' at the beginning of line)");
    const assignment = /^([^\s=]+)\s*=\s*(.*)$/.exec(text);
    if (assignment !== null) this.#assign(assignment[1] as string, assignment[2] as string, place);
    else this.#begin(text, place);
  }

  #include(pattern: string, optional: boolean, place: Place): void {
    const full = pattern.startsWith("/") ? pattern : `${place.file.slice(0, place.file.lastIndexOf("/"))}/${pattern}`;
    const paths = matching(this.#files, full);
    if (paths.length === 0 && !optional) throw this.#fatal(place, "No matches");
    for (const path of paths) {
      if (this.#including.has(path)) throw this.#fatal(place, `Recursive include file: ${path}`);
      this.read(path);
    }
  }

  #assign(name: string, raw: string, place: Place): void {
    const { section: current } = this.#innermost();
    const value = this.#expand(unquoted(raw));
    if (!findSetting(this.#kinds(), name)) throw this.#fatal(place, `Unknown setting: ${[...this.#path(), name].join(" { ")}`);
    const complaint = checkSetting(this.#kinds(), name, value);
    if (complaint !== undefined) throw this.#fatal(place, complaint);
    this.#warnOfEarlierFilter(name, place);
    current.settings.set(name, { value, ...place });
  }

  #begin(text: string, place: Place): void {
    const brace = text.indexOf("{");
    if (brace === -1) throw this.#fatal(place, "Expecting '{'");
    if (brace !== text.length - 1) throw this.#fatal(place, "Garbage after '{'");
    const [kind = "", name = ""] = text.slice(0, brace).trim().split(/\s+/, 2);
    const within = this.#path().at(-1) ?? "";
    if (!FILTERS.has(kind) && !(SECTIONS_WITHIN[within] ?? []).includes(kind)) {
      throw this.#fatal(place, `Unknown setting: ${[...this.#path(), kind, kind].join(" { ")}`);
    }
    const { section: current } = this.#innermost();
    const unnamed = unquoted(name);
    const same =
      kind === "passdb" || kind === "userdb" ? undefined : current.sections.find((other) => other.kind === kind && other.name === unnamed);
    const opened = same ?? section(kind, unnamed);
    if (same === undefined) current.sections.push(opened);
    this.#open.push({ section: opened, start: place });
  }

  /** `$mail_plugins` in a value stands for what the setting says so far. */
  #expand(value: string): string {
    return value.replace(/(^|\s)\$([a-z0-9_]+)(?=\s|$)/g, (whole, before: string, name: string) => {
      if (SETTING_DEFAULTS[name] === undefined) return whole;
      const set = this.#open.findLast((open) => open.section.settings.has(name))?.section.settings.get(name);
      return `${before}${set?.value ?? SETTING_DEFAULTS[name]}`;
    });
  }

  #warnOfEarlierFilter(name: string, place: Place): void {
    if (this.#open.length > 1) return;
    for (const filter of this.#innermost().section.sections) {
      const earlier = FILTERS.has(filter.kind) ? filter.settings.get(name) : undefined;
      if (earlier === undefined) continue;
      const there = `${earlier.file} line ${earlier.line}`;
      this.#problems.push({
        level: "warning",
        code: "dovecot-global-after-filter",
        message:
          `${place.file} line ${place.line}: Global setting ${name} won't change the setting inside an earlier filter at ${there} ` +
          `(if this is intentional, avoid this warning by moving the global setting before ${there})`,
        where: place,
      });
    }
  }

  #innermost(): { readonly section: OpenSection; readonly start: Place } {
    return this.#open[this.#open.length - 1] as { section: OpenSection; start: Place };
  }

  #kinds(): readonly string[] {
    return this.#open.slice(1).map((open) => open.section.kind);
  }

  #path(): readonly string[] {
    return this.#kinds().filter((kind) => !FILTERS.has(kind));
  }

  #fatal(place: Place | undefined, words: string, bare = false): Fatal {
    const at = place === undefined || place.line === 0 ? "" : ` line ${place.line}`;
    const file = place?.file ?? this.#main;
    return new Fatal({
      level: "fatal",
      code: "dovecot-config",
      message: bare ? words : `Error in configuration file ${file}${at}: ${words}`,
      where: place === undefined || place.line === 0 ? { file } : { file, line: place.line },
      hint: "doveconf -n shows what Dovecot makes of the file.",
    });
  }
}

/** Lines without comments and outer space; one that ends in a backslash goes on in the next. */
function logicalLines(text: string): { readonly line: number; readonly content: string }[] {
  const found: { line: number; content: string }[] = [];
  let started: { line: number; content: string } | undefined;
  for (const [index, physical] of text.split("\n").entries()) {
    const trimmed = withoutComment(physical.trim());
    const goesOn = trimmed.endsWith("\\");
    const piece = goesOn ? trimmed.slice(0, -1).trimEnd() : trimmed;
    started = started === undefined ? { line: index + 1, content: piece } : { ...started, content: `${started.content} ${piece}`.trim() };
    if (goesOn) continue;
    if (started.content !== "") found.push(started);
    started = undefined;
  }
  if (started !== undefined && started.content !== "") found.push(started);
  return found;
}

function withoutComment(line: string): string {
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] as string;
    if (quote !== undefined) {
      if (letter === "\\") at++;
      else if (letter === quote) quote = undefined;
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === "#" && (at === 0 || /\s/.test(line[at - 1] as string))) return line.slice(0, at).trimEnd();
  }
  return line;
}

function unquoted(value: string): string {
  const quote = value[0];
  if (value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote)) return value.slice(1, -1).replace(/\\(.)/g, "$1");
  return value;
}

/** The files that a pattern names; wildcards stand in the last part only. */
function matching(files: FileReader, pattern: string): readonly string[] {
  const slash = pattern.lastIndexOf("/");
  const directory = pattern.slice(0, slash);
  const last = pattern.slice(slash + 1);
  if (!/[*?[]/.test(last)) return files.read(pattern) === undefined ? [] : [pattern];
  const glob = new RegExp(
    `^${last
      .replace(/[.+^${}()|\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );
  return files
    .list(directory)
    .filter((name) => glob.test(name))
    .map((name) => `${directory}/${name}`);
}

function section(kind: string, name: string): OpenSection {
  return { kind, name, settings: new Map(), sections: [] };
}
