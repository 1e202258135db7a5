import { ProblemError } from "../base/problem.ts";
import type { Engine, EngineId } from "../world/engine.ts";

/**
 * Opens an engine by name.
 * @throws ProblemError `engine-missing`: the embedded engine's kernel runs in the tests, but it is not joined to worlds yet
 */
export async function openEngine(id: EngineId): Promise<Engine> {
  throw new ProblemError({
    code: "engine-missing",
    message: `The engine ${id} cannot start worlds in this build yet.`,
    hint: 'See "Where it stands" in README.md.',
  });
}
