import type Docker from "dockerode";
import { removeRange } from "./containers.ts";
import { engineProblem } from "./engine-problem.ts";
import { labels } from "./labels.ts";
import { lifeOf, machineOf, type Owner } from "./owner.ts";
import { listMarks, type Mark, userHere } from "./standing.ts";

/** A range that is on the engine, and whether the process that kept it still is there. */
export interface FoundRange {
  readonly id: string;
  readonly owner: Owner;
  readonly startedAt: string;
  /** Nobody has it, and it waits for nobody. */
  readonly orphaned: boolean;
  /** Nobody has it, and it waits for its session. */
  readonly waits?: Mark;
  readonly containers: number;
  readonly networks: number;
}

/** Every range on the engine, whoever keeps it. */
export async function findRanges(docker: Docker): Promise<FoundRange[]> {
  const filters = { label: [labels.range] };
  const [containers, networks, marks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    listMarks(docker),
  ]);
  const found = new Map<string, { owner: Owner; startedAt: string; containers: number; networks: number }>();
  const at = (id: string, owner: string, startedAt: string) => {
    const range = found.get(id) ?? { owner, startedAt, containers: 0, networks: 0 };
    found.set(id, range);
    return range;
  };
  const count = (own: Readonly<Record<string, string>>, what: "containers" | "networks"): void => {
    at(own[labels.range] ?? "", own[labels.owner] ?? "", own[labels.started] ?? "")[what]++;
  };
  for (const { Labels } of containers) count(Labels, "containers");
  for (const { Labels } of networks) count(Labels ?? {}, "networks");
  // Of one whose removal was cut off there may be nothing but its mark.
  for (const { range, owner, startedAtMs } of marks) at(range, owner, new Date(startedAtMs).toISOString());
  const ranges: FoundRange[] = [];
  for (const [id, range] of found) {
    const own = marks.filter((mark) => mark.range === id);
    ranges.push({ id, ...range, ...(await stateOf(docker, range.owner, own)) });
  }
  return ranges;
}

async function stateOf(docker: Docker, owner: Owner, marks: readonly Mark[]): Promise<Pick<FoundRange, "orphaned" | "waits">> {
  for (const each of new Set([owner, ...marks.map((mark) => mark.owner)])) if (!(await isDead(docker, each))) return { orphaned: false };
  const waits = marks.find(({ untilMs }) => untilMs > Date.now());
  return waits === undefined ? { orphaned: true } : { orphaned: false, waits };
}

/** Removes ranges of this user that wait for their sessions. @param isMeant which of them; all where it is not given. @returns their ids */
export async function removeWaiting(docker: Docker, isMeant: (range: FoundRange) => boolean = () => true): Promise<string[]> {
  const waiting = (await findRanges(docker)).filter((range) => range.waits?.user === userHere() && isMeant(range));
  await Promise.all(waiting.map(({ id }) => removeRange(docker, id)));
  return waiting.map(({ id }) => id);
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
 * Removes the ranges whose keeper is gone, but for those that wait for a session. What cannot be removed keeps nobody from starting: it is told, and tried again by the next sweep.
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
