import type { PostfixProblem } from "../postfix-problem.ts";

/** A lookup table of Postfix: `hash:/etc/postfix/transport`. */
export interface LookupTable {
  /** As configured, with its type: `hash:/etc/postfix/transport`. */
  readonly name: string;
  /**
   * True when the table holds fixed keys. A table of patterns (regexp, pcre, cidr) is asked for the whole key only, never for
   * the parts of an address.
   */
  readonly fixedKeys: boolean;
  /** The value; undefined when there is none; a failure when the table cannot be read. */
  lookup(key: string): LookupResult;
  /** What the program printed when it opened the table. */
  readonly problems: readonly PostfixProblem[];
  /** Every key and value, for the types that can list them. */
  entries?(): readonly (readonly [string, string])[];
}

export type LookupResult = string | undefined | TableFailure;

/** A lookup that gave no answer, which is not the same as "not there": mail is deferred. */
export interface TableFailure {
  /**
   * The warning that the program logs with each failing lookup:
   * `hash:/etc/postfix/x is unavailable. open database /etc/postfix/x.db: No such file or directory`
   */
  readonly failure: string;
}

export function isFailure(result: LookupResult): result is TableFailure {
  return typeof result === "object";
}

/** A warning met while a table was read. @param path the file, without its type */
export function tableWarning(code: string, path: string, line: number | undefined, message: string): PostfixProblem {
  return { level: "warning", code, message, where: line === undefined ? { file: path } : { file: path, line } };
}
