import { dialects } from "../../daemons/registry.ts";
import type { Engine } from "../../world/engine.ts";
import { connectDocker, type DockerClient } from "./client.ts";
import { createDockerEngine } from "./engine.ts";
import { ensureImages } from "./images/build-images.ts";
import { type FoundRange, findRanges, removeWaiting, type Swept, sweepOrphans } from "./sweep.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The docker engine on the Docker that this environment names, cleared of what dead processes of ours left there.
 * @throws ProblemError when no engine answers, or none that will do
 */
export async function openDockerEngine(env: Environment): Promise<Engine> {
  const client = await connectDocker(env);
  await sweepOrphans(client.docker);
  return createDockerEngine({ client, dialects, images: (names, options) => buildMissing(client, names, options) });
}

/** Removes from the engine what ranges of dead processes left there. @throws ProblemError when no engine answers */
export async function sweepLeftovers(env: Environment): Promise<Swept> {
  return sweepOrphans((await connectDocker(env)).docker);
}

/** Ranges that wait for their sessions, whoever's they are. @throws ProblemError when no engine answers */
export async function findWaiting(env: Environment): Promise<FoundRange[]> {
  return (await findRanges((await connectDocker(env)).docker)).filter(({ waits }) => waits !== undefined);
}

/** Ends ranges of this user that wait for their sessions. @param range its id; all where it is not given. @returns the ids of those that were */
export async function endWaiting(env: Environment, range?: string): Promise<string[]> {
  return removeWaiting((await connectDocker(env)).docker, ({ id }) => range === undefined || range === id);
}

function buildMissing(
  client: DockerClient,
  names: Parameters<typeof ensureImages>[1],
  { signal, progress }: Parameters<Engine["up"]>[1] & object,
): ReturnType<typeof ensureImages> {
  return ensureImages(client, names, { signal, progress: (text) => progress?.({ host: "images", text }) });
}
