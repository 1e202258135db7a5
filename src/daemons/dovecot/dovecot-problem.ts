import type { Problem } from "../../base/problem.ts";

/** Something Dovecot complains about when it reads its files. `message` is what doveconf(1) prints after `doveconf: Fatal: `. */
export interface DovecotProblem extends Problem {
  /** After a `fatal` nothing starts, and a reload keeps the old settings. */
  readonly level: "warning" | "fatal";
}
