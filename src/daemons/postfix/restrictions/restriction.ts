import type { Evaluation } from "./evaluation.ts";
import type { Verdict } from "./verdict.ts";

/** What one restriction does with the facts. `argument` is the word after it, for those that take one. */
export interface Restriction {
  readonly argument?: "table" | "domain" | "service";
  judge(evaluation: Evaluation, argument: string): Verdict | Promise<Verdict>;
}

/** Restrictions by the names that main.cf gives them. */
export type Restrictions = Readonly<Record<string, Restriction>>;
