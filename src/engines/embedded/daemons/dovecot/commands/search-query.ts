import type { StoredMail } from "../maildir-store.ts";
import { headerValues, splitMail } from "./mail-text.ts";

/** A message that may match. */
export interface Candidate {
  readonly folder: string;
  readonly guid: string;
  readonly mail: StoredMail;
  /** Its place in the folder, from 1. */
  readonly sequence: number;
  /** The highest UID of the folder, for `*`. */
  readonly lastUid: number;
  content(): string;
}

export type Predicate = (candidate: Candidate) => boolean;

/** A search query as doveadm-search-query(7) describes it. */
export interface SearchQuery {
  readonly matches: Predicate;
  /** Folders named by MAILBOX; without wildcards they must exist. */
  readonly mailboxes: readonly string[];
  /** Every branch names a mailbox. */
  readonly boundToMailbox: boolean;
}

/** The query makes no sense; `message` is what doveadm prints after `Fatal: `. */
export class QueryError extends Error {}

interface Term {
  readonly matches: Predicate;
  readonly bound: boolean;
}

const FLAGS: Readonly<Record<string, string>> = { answered: "R", deleted: "T", draft: "D", flagged: "F", seen: "S" };
const DAY_MS = 86_400_000;

/** @param nowMs for dates such as `2d`. @throws QueryError */
export function parseQuery(words: readonly string[], nowMs: number): SearchQuery {
  const parser = new QueryParser(words.flatMap(splitParentheses), nowMs);
  const term = parser.all();
  return { matches: term.matches, mailboxes: parser.mailboxes, boundToMailbox: term.bound };
}

class QueryParser {
  readonly mailboxes: string[] = [];
  readonly #words: readonly string[];
  readonly #nowMs: number;
  #at = 0;

  constructor(words: readonly string[], nowMs: number) {
    this.#words = words;
    this.#nowMs = nowMs;
  }

  all(): Term {
    const term = this.#conjunction();
    if (this.#at < this.#words.length) throw new QueryError(`Unknown argument ${this.#words[this.#at]}`);
    return term;
  }

  /** Terms side by side must all hold; OR between two binds them first. */
  #conjunction(): Term {
    let terms: Term[] = [];
    while (this.#at < this.#words.length && this.#words[this.#at] !== ")") {
      if (this.#words[this.#at]?.toUpperCase() === "OR") {
        this.#at++;
        const left = terms.pop();
        const right = this.#term();
        if (left === undefined) throw new QueryError("Missing argument for OR");
        terms.push({ matches: (each) => left.matches(each) || right.matches(each), bound: left.bound && right.bound });
      } else terms = [...terms, this.#term()];
    }
    return { matches: (each) => terms.every((term) => term.matches(each)), bound: terms.some((term) => term.bound) };
  }

  #term(): Term {
    const word = this.#words[this.#at++] ?? "";
    if (word === "(") {
      const inner = this.#conjunction();
      if (this.#words[this.#at++] !== ")") throw new QueryError("Missing ')'");
      return inner;
    }
    const key = word.toUpperCase();
    if (key === "NOT") {
      const { matches } = this.#term();
      return { matches: (each) => !matches(each), bound: false };
    }
    if (key === "MAILBOX") {
      const name = this.#argument(key);
      this.mailboxes.push(name);
      const pattern = new RegExp(
        `^${name
          .replace(/[.+^${}()|[\]\\]/g, "\\$&")
          .replace(/[*%]/g, ".*")
          .replaceAll("?", ".")}$`,
        "i",
      );
      return { matches: ({ folder }) => pattern.test(folder), bound: true };
    }
    return { matches: this.#predicate(key, word), bound: false };
  }

  #predicate(key: string, word: string): Predicate {
    const flag = FLAGS[key.replace(/^UN/, "").toLowerCase()];
    if (flag !== undefined) return ({ mail }) => mail.flags.includes(flag) !== key.startsWith("UN");
    if (/^[\d*]+(:[\d*]+)?(,[\d*]+(:[\d*]+)?)*$/.test(word)) return ({ sequence, lastUid }) => inSet(word, sequence, lastUid);
    switch (key) {
      case "ALL":
        return () => true;
      case "RECENT":
        return ({ mail }) => mail.recent;
      case "NEW":
        return ({ mail }) => mail.recent && !mail.flags.includes("S");
      case "OLD":
        return ({ mail }) => !mail.recent;
      case "FROM":
      case "TO":
      case "CC":
      case "BCC":
      case "SUBJECT":
        return this.#header(key, this.#argument(key));
      case "HEADER":
        return this.#header(this.#argument(key), this.#argument(key));
      case "BODY": {
        const wanted = this.#argument(key).toLowerCase();
        return ({ content }) => splitMail(content()).body.toLowerCase().includes(wanted);
      }
      case "TEXT": {
        const wanted = this.#argument(key).toLowerCase();
        return ({ content }) => content().toLowerCase().includes(wanted);
      }
      case "UID": {
        const set = this.#argument(key);
        return ({ mail, lastUid }) => inSet(set, mail.uid, lastUid);
      }
      case "GUID": {
        const guid = this.#argument(key);
        return ({ mail }) => mail.base === guid;
      }
      case "MAILBOX-GUID": {
        const wanted = this.#argument(key);
        return ({ guid }) => guid === wanted;
      }
      case "LARGER":
      case "SMALLER": {
        const size = sizeOf(this.#argument(key));
        return ({ mail }) => (key === "LARGER" ? mail.virtualBytes > size : mail.virtualBytes < size);
      }
      default:
        return this.#date(key);
    }
  }

  #date(key: string): Predicate {
    const [, prefix = "", kind = ""] = /^(SAVED|SENT|)(SINCE|BEFORE|ON)$/.exec(key) ?? [];
    if (kind === "") throw new QueryError(`Unknown argument ${key}`);
    const text = this.#argument(key);
    const fromMs = dateOf(text, this.#nowMs);
    if (fromMs === undefined) throw new QueryError(`Invalid search date parameter: ${text}`);
    return ({ mail, content }) => {
      const sent = prefix === "SENT" ? Date.parse(headerValues(splitMail(content()).head, "date")[0] ?? "") : Number.NaN;
      const atMs = Number.isNaN(sent) ? mail.receivedAtMs : sent;
      if (kind === "SINCE") return atMs >= fromMs;
      return kind === "BEFORE" ? atMs < fromMs : atMs >= fromMs && atMs < fromMs + DAY_MS;
    };
  }

  #header(name: string, wanted: string): Predicate {
    const text = wanted.toLowerCase();
    return ({ content }) => headerValues(splitMail(content()).head, name).some((value) => value.toLowerCase().includes(text));
  }

  #argument(key: string): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new QueryError(`Missing parameter for search key (for search key: ${key})`);
    return word;
  }
}

/** `(` and `)` may touch what they enclose. */
function splitParentheses(word: string): readonly string[] {
  const match = /^(\(*)(.*?)(\)*)$/.exec(word);
  return [...(match?.[1] ?? ""), ...(match?.[2] ? [match[2]] : []), ...(match?.[3] ?? "")];
}

function inSet(set: string, number: number, last: number): boolean {
  return set.split(",").some((part) => {
    const [from = "", to = from] = part.split(":");
    const [low = 0, high = 0] = [from, to].map((end) => (end === "*" ? last : Number(end))).sort((left, right) => left - right);
    return number >= low && number <= high;
  });
}

function sizeOf(text: string): number {
  const match = /^(\d+)([kmg]?)b?$/i.exec(text);
  if (match === null) throw new QueryError(`Invalid size: ${text}`);
  return Number(match[1]) * { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match[2] ?? "").toLowerCase() as "" | "k" | "m" | "g"];
}

/** `2026-11-24`, `24-Nov-2026`, seconds since the epoch, or how long ago: `2d`, `1 week`. */
function dateOf(text: string, nowMs: number): number | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Date.parse(`${text}T00:00:00Z`);
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const ago = /^(\d+)\s*(s|m|h|d|w)[a-z]*$/i.exec(text);
  if (ago !== null) {
    const unit = { s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS }[
      (ago[2] ?? "s").toLowerCase() as "s" | "m" | "h" | "d" | "w"
    ];
    return nowMs - Number(ago[1]) * unit;
  }
  const imap = Date.parse(`${text} UTC`);
  return /^\d{1,2}-[A-Za-z]{3}-\d{4}$/.test(text) && !Number.isNaN(imap) ? imap : undefined;
}
