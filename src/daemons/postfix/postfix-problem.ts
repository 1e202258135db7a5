import type { Problem } from "../../base/problem.ts";

/**
 * Something Postfix complains about. `message` is what the program prints after `postfix/smtpd[12]: fatal: ` or
 * `postmap: warning: `; whoever reports it puts its own name and the level before it.
 */
export interface PostfixProblem extends Problem {
  /** A program that meets a `fatal` ends with exit status 1; after a `warning` it goes on. */
  readonly level: "warning" | "error" | "fatal";
}

/** Thrown where the real program calls msg_fatal(3): it says `message` and ends with exit status 1. */
export class PostfixFatal extends Error {
  /** Warnings that the program prints before it gives up, oldest first. */
  readonly before: readonly string[];

  constructor(message: string, before: readonly string[] = []) {
    super(message);
    this.name = "PostfixFatal";
    this.before = before;
  }
}
