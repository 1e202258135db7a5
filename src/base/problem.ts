/** Where a problem stands: a file with a position, or a host. */
export interface Where {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly host?: string;
}

/**
 * Something a person can act on: what is wrong, where, and what to do about it.
 * Expected failures are values of this kind; bugs throw ordinary errors.
 */
export interface Problem {
  /** Stable, kebab-case, for tests and tools: `unknown-key`, `engine-missing`. */
  readonly code: string;
  /** What is wrong and why, one sentence. */
  readonly message: string;
  readonly where?: Where;
  /** What to do, one sentence. */
  readonly hint?: string;
}

/** Carries one or more problems across an async border that cannot return them. The command line prints them without a stack. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[]) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map((problem) => describeProblem(problem)).join("\n"));
    this.name = "ProblemError";
    this.problems = list;
  }
}

/** Whether this is an expected failure of that kind. */
export function isProblem(error: unknown, code: string): boolean {
  return error instanceof ProblemError && error.problems.some((problem) => problem.code === code);
}

/** `file:line:column`, as much of it as is known; the host where there is no file; "" where nothing is known. */
export function describeWhere(where: Where | undefined): string {
  if (where === undefined) return "";
  if (where.file === undefined) return where.host ?? "";
  const position = [where.line, where.column].filter((part) => part !== undefined).join(":");
  const file = where.host === undefined ? where.file : `${where.host}:${where.file}`;
  return position === "" ? file : `${file}:${position}`;
}

/** One problem as text, at most two lines: `place: message` and the hint indented below. */
export function describeProblem(problem: Problem): string {
  const place = describeWhere(problem.where);
  const first = place === "" ? problem.message : `${place}: ${problem.message}`;
  return problem.hint === undefined ? first : `${first}\n    ${problem.hint}`;
}
