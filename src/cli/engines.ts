import { ProblemError } from "../base/problem.ts";
import type { Engine, EngineId } from "../world/engine.ts";

/** Opens an engine by name; its code is loaded only then. @throws ProblemError `engine-missing` */
export async function openEngine(id: EngineId): Promise<Engine> {
  if (id === "embedded") return (await import("../engines/embedded/standard.ts")).openEmbeddedEngine();
  throw new ProblemError({
    code: "engine-missing",
    message: `This build has no engine called ${id}.`,
    hint: "Leave --engine out: the embedded engine needs nothing installed.",
  });
}
