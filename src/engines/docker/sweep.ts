import type Docker from "dockerode";
import { removeRange } from "./containers.ts";
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

/** Removes the ranges whose keeper is gone. @returns their ids */
export async function sweepOrphans(docker: Docker): Promise<string[]> {
  const orphans = (await findRanges(docker)).filter(({ orphaned }) => orphaned).map(({ id }) => id);
  await Promise.all(orphans.map((id) => removeRange(docker, id)));
  return orphans;
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
