import type Docker from "dockerode";
import { removeRange } from "./containers.ts";
import { engineProblem } from "./engine-problem.ts";
import { labels } from "./labels.ts";
import { lifeOf, machineOf, type Owner } from "./owner.ts";

/** A range that is on the engine, and whether the process that kept it still is there. */
export interface FoundRange {
  readonly id: string;
  readonly owner: Owner;
  readonly startedAt: string;
  readonly orphaned: boolean;
  readonly containers: number;
  readonly networks: number;
}

/** Every range on the engine, whoever keeps it. */
export async function findRanges(docker: Docker): Promise<FoundRange[]> {
  const filters = { label: [labels.range] };
  const [containers, networks] = await Promise.all([docker.listContainers({ all: true, filters }), docker.listNetworks({ filters })]);
  const found = new Map<string, { owner: Owner; startedAt: string; containers: number; networks: number }>();
  const count = (own: Readonly<Record<string, string>>, what: "containers" | "networks"): void => {
    const id = own[labels.range] ?? "";
    const range = found.get(id) ?? { owner: own[labels.owner] ?? "", startedAt: own[labels.started] ?? "", containers: 0, networks: 0 };
    range[what]++;
    found.set(id, range);
  };
  for (const { Labels } of containers) count(Labels, "containers");
  for (const { Labels } of networks) count(Labels ?? {}, "networks");
  const ranges: FoundRange[] = [];
  for (const [id, range] of found) ranges.push({ id, ...range, orphaned: await isDead(docker, range.owner) });
  return ranges;
}

/** What a sweep has done. */
export interface Swept {
  /** Ids of ranges of which nothing is left. */
  readonly removed: readonly string[];
  /** Ranges of which something stays, and why. */
  readonly stays: readonly { readonly range: string; readonly says: string }[];
}

/** After so many looks what still appears is left to the next sweep. */
const looks = 5;

/**
 * Removes the ranges whose keeper is gone. What cannot be removed keeps nobody from starting: it is told, and tried again by the next sweep.
 * Looks again until nothing new turns up: the engine may still be at work on the last call of a process that was killed.
 * @throws dockerode's error when the engine does not say what is there
 */
export async function sweepOrphans(docker: Docker): Promise<Swept> {
  const stays = new Map<string, string>();
  const met = new Set<string>();
  for (let look = 0; look < looks; look++) {
    const orphans = (await findRanges(docker)).filter(({ id, orphaned }) => orphaned && !stays.has(id)).map(({ id }) => id);
    if (orphans.length === 0) break;
    await Promise.all(
      orphans.map(async (id) => {
        met.add(id);
        const says = await whatStays(docker, id);
        if (says !== undefined) stays.set(id, says);
      }),
    );
  }
  return { removed: [...met].filter((id) => !stays.has(id)), stays: [...stays].map(([range, says]) => ({ range, says })) };
}

async function whatStays(docker: Docker, rangeId: string): Promise<string | undefined> {
  try {
    const stuck = await removeRange(docker, rangeId);
    return stuck.length === 0 ? undefined : stuck.map(({ name, says }) => `network ${name}: ${says}`).join("; ");
  } catch (error) {
    return engineProblem(error).message;
  }
}

/** An owner that cannot be seen from here is dead when it lived in a container of this engine that runs no more. */
async function isDead(docker: Docker, owner: Owner): Promise<boolean> {
  const life = lifeOf(owner);
  if (life !== "foreign") return life === "dead";
  const container = machineOf(owner);
  if (!/^[0-9a-f]{12}$/.test(container)) return false;
  try {
    return !(await docker.getContainer(container).inspect()).State.Running;
  } catch (error) {
    return (error as { statusCode?: number }).statusCode === 404;
  }
}
