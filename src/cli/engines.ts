import type { Engine, EngineId } from "../world/engine.ts";

/** Opens an engine by name; its code is loaded only then. @throws ProblemError `engine-...` when the machine has none */
export async function openEngine(id: EngineId, env: Readonly<Record<string, string | undefined>>): Promise<Engine> {
  if (id === "embedded") return (await import("../engines/embedded/standard.ts")).openEmbeddedEngine();
  return (await import("../engines/docker/standard.ts")).openDockerEngine(env);
}
