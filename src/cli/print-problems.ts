import { describeProblem, type Problem } from "../base/problem.ts";
import type { CliContext } from "./context.ts";

/** Problems on stderr, one after the other; ends with their number where there are several. */
export function printProblems(problems: readonly Problem[], { stderr }: Pick<CliContext, "stderr">): void {
  for (const problem of problems) stderr.write(`${describeProblem(problem)}\n`);
  if (problems.length > 1) stderr.write(`${problems.length} problems\n`);
}
