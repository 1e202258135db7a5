import type Docker from "dockerode";
import { quoteWord } from "../../base/shell-words.ts";
import { hostOf, type World } from "../../world/world.ts";
import { restoreFilter } from "./effects/firewall.ts";
import { putInForce } from "./effects/link.ts";
import { labels, type RangeIdentity } from "./labels.ts";
import { type HostSetup, type LiveHost, takeUpHost } from "./live-host.ts";
import { createLiveRange, type LiveRange } from "./live-range.ts";
import { createRangeLog } from "./logs.ts";
import { takeOutUnfinished } from "./questions/send.ts";
import type { RangePlan } from "./range-plan.ts";
import { takenOutSince } from "./shown-lines.ts";
import { listMarks } from "./standing.ts";

/** A range that waits for a session: which it is, and the blocks of its networks by key. */
export interface Standing {
  readonly range: Pick<RangeIdentity, "id" | "startedAtMs">;
  readonly networks: Readonly<Record<string, string>>;
  /** Keys of the hosts that run. */
  readonly hosts: readonly string[];
}

/** Looks for the range that waits for a session. */
export async function findStanding(docker: Docker, session: string): Promise<Standing | undefined> {
  const mark = (await listMarks(docker)).find((each) => each.session === session);
  if (mark === undefined) return undefined;
  const filters = { label: [`${labels.range}=${mark.range}`] };
  const [networks, containers] = await Promise.all([docker.listNetworks({ filters }), docker.listContainers({ filters })]);
  const cidrs = networks.map(({ Labels, IPAM }) => [Labels?.[labels.part] ?? "", IPAM?.Config?.[0]?.Subnet ?? ""]);
  const hosts = containers.filter(({ Labels }) => Labels[labels.kind] === "host").map(({ Labels }) => Labels[labels.part] ?? "");
  return { range: { id: mark.range, startedAtMs: mark.startedAtMs }, networks: Object.fromEntries(cidrs), hosts };
}

export interface TakeUpParts extends Pick<HostSetup, "docker" | "dialects" | "signal"> {
  readonly world: World;
  /** That of the world, under the identity of the range that stands. */
  readonly plan: RangePlan;
}

/** Takes up every host of a range that runs. What its last process was in the middle of is put in order: a probe, an isolated host, a slow line. */
export async function takeUpRange({ docker, dialects, signal, world, plan }: TakeUpParts): Promise<LiveRange> {
  const log = createRangeLog();
  const taken: LiveHost[] = [];
  try {
    await Promise.all(
      plan.containers.map(async (container) => {
        const host = hostOf(world, container.host);
        taken.push(await takeUpHost(container, { docker, dialects, signal, log, host }));
      }),
    );
    const live = createLiveRange({ docker, world, plan, hosts: taken, log, dialects });
    await hideTakenOut(live);
    await putInOrder(live);
    return live;
  } catch (error) {
    for (const host of taken) host.leave();
    throw error;
  }
}

/** A probe's lines are in what the containers printed, and nowhere else any more. */
async function hideTakenOut(range: LiveRange): Promise<void> {
  const lines = range.log.lines();
  const files = [...new Set(lines.map(({ host, path }) => `${host} ${path}`))];
  await Promise.all(
    files.map(async (file) => {
      const [key = "", path = ""] = file.split(" ");
      const { stdout } = await range.host(key).run(`cat ${quoteWord(path)}`);
      range.log.hide(
        takenOutSince(
          lines.filter((line) => line.host === key && line.path === path),
          stdout,
        ),
      );
    }),
  );
}

async function putInOrder(range: LiveRange): Promise<void> {
  const filters = { label: [`${labels.range}=${range.plan.range.id}`, `${labels.kind}=sidecar`] };
  const beside = (await range.docker.listContainers({ filters })).map(({ Labels }) => Labels[labels.part] ?? "");
  for (const key of beside) await restoreFilter(range, key);
  for (const { key } of range.world.networks) await putInForce(range, key);
  await takeOutUnfinished(range);
}
