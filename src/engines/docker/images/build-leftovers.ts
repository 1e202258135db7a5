import { setTimeout as sleep } from "node:timers/promises";
import type { DockerClient } from "../client.ts";

/**
 * What a build makes on the way has two labels, put there by the Dockerfiles: `maildrill.image`, the image's name, and
 * `maildrill.unfinished`. On a finished image the second is empty, and so it is on the hosts that run from it.
 */
const imageLabel = "maildrill.image";
const unfinishedLabel = "maildrill.unfinished";

/** What the labels of a finished image say over those of its Dockerfile. */
export const finishedLabels = { [unfinishedLabel]: "" };

/** How old an unfinished piece is before nobody can be working on it any more. */
const abandonedAfterSeconds = 3600;

/** The images, by the first digits of their ids, that a build made by what it said: not those that it took from the cache. Oldest first. */
export function madeImages(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line, at) => {
    const id = /^ ---> ([0-9a-f]{12,})$/.exec(line)?.[1];
    const before = lines[at - 1] ?? "";
    // After FROM comes the image that was there before.
    return id === undefined || before === " ---> Using cache" || /^Step \S+ : FROM /.test(before) ? [] : [id];
  });
}

/** Removes what a finished build leaves beside its image: earlier stages. */
export async function clearStages({ docker }: DockerClient, lines: readonly string[]): Promise<void> {
  // What the finished image stands on cannot be removed: the engine answers 409.
  for (const id of madeImages(lines).slice(0, -1).toReversed()) await docker.getImage(id).remove().catch(goneOrInUse);
}

/** Removes what a failed or interrupted build left: its containers, then its images. */
export async function clearBrokenBuild({ docker }: DockerClient, lines: readonly string[]): Promise<void> {
  const images = lines.flatMap((line) => /^ ---> ([0-9a-f]{12,})$/.exec(line)?.[1] ?? []);
  // The engine hears of an interruption while a step goes on, and may start one more container before it stops.
  for (let quiet = 0, round = 0; quiet < 3 && round < 50; round++) {
    const unfinished = await docker.listContainers({ all: true, filters: { label: [`${unfinishedLabel}=yes`] } });
    const left = unfinished.filter(({ ImageID }) => images.some((id) => ImageID.startsWith(`sha256:${id}`)));
    for (const { Id } of left) await docker.getContainer(Id).remove({ force: true, v: true }).catch(goneOrInUse);
    quiet = left.length === 0 ? quiet + 1 : 0;
    await sleep(200);
  }
  for (const id of madeImages(lines).toReversed()) await docker.getImage(id).remove().catch(goneOrInUse);
}

/** Removes what builds left behind whose process was killed long ago. */
export async function clearOldBuilds({ docker }: DockerClient, nowMs: number = Date.now()): Promise<void> {
  const unfinished = await docker.listContainers({ all: true, filters: { label: [`${unfinishedLabel}=yes`] } });
  const abandoned = unfinished.filter(({ Created }) => nowMs / 1000 - Created > abandonedAfterSeconds);
  for (const { Id } of abandoned) await docker.getContainer(Id).remove({ force: true, v: true }).catch(goneOrInUse);
  await docker.pruneImages({ filters: { dangling: ["true"], label: [imageLabel], until: [`${abandonedAfterSeconds}s`] } });
}

function goneOrInUse(error: { readonly statusCode?: number }): void {
  // 404: removed by the engine itself; 409: others stand on it, or it is being removed.
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}
