import { existsSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { ProblemError } from "../../base/problem.ts";
import { roomLeft } from "./address-pool.ts";
import { askAbout, type DockerClient, openDocker, refusalOf } from "./client.ts";
import { takenBlocks } from "./engine.ts";
import { type EngineFacts, type Finding, judgeEngine, unreachable } from "./findings.ts";
import { missingImages } from "./images/image-list.ts";
import { imageNames } from "./images/image-set.ts";
import { findRanges } from "./sweep.ts";

/** Networks that a range of the base worlds has. */
const networksOfRange = 2;

/** Looks at the Docker engine that this environment names: everything that stands in the way, in one pass. Never throws for what it finds. */
export async function examineDocker(env: Readonly<Record<string, string | undefined>>): Promise<Finding[]> {
  try {
    const docker = openDocker(env);
    const about = await askAbout(docker, env);
    return judgeEngine(await gather({ docker, about }));
  } catch (error) {
    if (error instanceof ProblemError && error.problems[0] !== undefined) return unreachable(error.problems[0]);
    throw error;
  }
}

async function gather({ docker, about }: DockerClient): Promise<EngineFacts> {
  const info = (await orUndefined(docker.info())) as Partial<DaemonInfo> | undefined;
  const missing = await orUndefined(missingImages({ docker, about }, imageNames));
  const [taken, ranges] = await Promise.all([orUndefined(takenBlocks(docker)), orUndefined(findRanges(docker))]);
  // Only what both have in common is certain: an engine elsewhere has folders of the same name, and its own memory.
  const root = info?.DockerRootDir;
  const isHere = root !== undefined && existsSync(root) && info?.OperatingSystem !== "Docker Desktop";
  const orphaned = ranges?.filter((range) => range.orphaned).length ?? 0;
  return {
    about,
    refusal: refusalOf(about),
    missingImages: missing,
    freeDiskBytes: isHere ? freeBytes(root) : undefined,
    roomForRanges: taken === undefined ? undefined : roomLeft(networksOfRange, taken),
    limits: { memory: info?.MemoryLimit !== false, processes: info?.PidsLimit !== false },
    warnings: info?.Warnings ?? [],
    freeMemoryBytes: isHere ? freemem() : undefined,
    ranges: ranges === undefined ? undefined : { alive: ranges.length - orphaned, orphaned },
  };
}

/** What of `GET /info` counts here. */
interface DaemonInfo {
  readonly DockerRootDir: string;
  readonly OperatingSystem: string;
  readonly MemoryLimit: boolean;
  readonly PidsLimit: boolean;
  readonly Warnings: readonly string[] | null;
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** What one question cannot find out does not keep the others from being answered. */
function orUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch(() => undefined);
}
