import { ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";

const actors = ["learner", "instructor"] as const;

/** Who acts in a range, as typed after `--as`. @throws ProblemError for a word that is neither */
export function actor(option: unknown): (typeof actors)[number] {
  const found = actors.find((name) => name === option);
  if (found === undefined) throw new ProblemError(unknownId("actor", String(option), actors));
  return found;
}
