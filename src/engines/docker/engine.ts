import { randomBytes, randomInt } from "node:crypto";
import { networkInterfaces } from "node:os";
import type Docker from "dockerode";
import { inParallel } from "../../base/in-parallel.ts";
import { isProblem, ProblemError } from "../../base/problem.ts";
import type { LogDialect } from "../../daemons/daemon.ts";
import { addressPlan } from "../../world/address-plan.ts";
import type { Engine, PlannedRange, Range, StandingRanges, UpOptions } from "../../world/engine.ts";
import { type AddressPlan, hostOf, type Shape, type World } from "../../world/world.ts";
import { poolPlan } from "./address-pool.ts";
import type { DockerClient, EngineInfo } from "./client.ts";
import { createNetwork, removeRange } from "./containers.ts";
import { engineProblem } from "./engine-problem.ts";
import type { HostImage } from "./image-rights.ts";
import { type LiveHost, startHost } from "./live-host.ts";
import { createRangeLog } from "./logs.ts";
import { ownerOf } from "./owner.ts";
import { createRange, rangeOf } from "./range.ts";
import { planRange, type RangePlan } from "./range-plan.ts";
import { type StartedHost, sealHosts } from "./seal.ts";
import { putMark, waitsHours } from "./standing.ts";
import { sweepOrphans } from "./sweep.ts";
import { findStanding, takeUpRange } from "./take-up.ts";

export interface DockerEngineParts {
  readonly client: DockerClient;
  readonly dialects: readonly LogDialect[];
  /** References of images, built first where they are missing. */
  images(names: readonly HostImage[], options: UpOptions): Promise<Readonly<Record<string, string>>>;
}

/** Hosts that start at the same time: more only makes each of them slower. */
const startsAtOnce = 5;

/** Ranges mostly wait, for a name's time to live or for a daemon; while they start they need a processor, and later their memory. */
function rangesAtOnce({ cpus, memoryBytes }: EngineInfo): number {
  const rangeBytes = 512 * 1024 * 1024;
  return Math.max(1, Math.min(3 * cpus, Math.floor(memoryBytes / rangeBytes), 8));
}

/** The engine whose hosts are containers with the real programs. */
export function createDockerEngine({ client: { docker, about }, dialects, images }: DockerEngineParts): Engine {
  // Docker lists a network only when it is ready, but refuses its block from the first moment on: whoever asks again at once
  // would be promised the same block again and again.
  const refused = new Set<string>();
  return {
    id: "docker",
    rangesAtOnce: rangesAtOnce(about),
    reserve: async (shape) => poolPlan(shape, [...(await takenBlocks(docker)), ...refused], randomInt(512)),
    plan: (world) => plannedRange(planRange(world, newRange())),
    async up(world, options = {}) {
      const plan = planRange(world, newRange());
      const names = [...new Set(plan.containers.map(({ image }) => image))];
      const references = await images(names, options);
      // A process that was killed may have left a call behind that the engine only now has finished.
      await sweepOrphans(docker);
      return start(docker, world, plan, references, dialects, options).catch((error: unknown) => {
        if (isProblem(error, "address-taken")) for (const { cidr } of plan.networks) refused.add(cidr);
        throw error;
      });
    },
    standing: standingRanges(docker, dialects),
  };
}

/** Ranges that were left standing for a session. */
function standingRanges(docker: Docker, dialects: readonly LogDialect[]): StandingRanges {
  const orProblem = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw error instanceof ProblemError ? error : new ProblemError(engineProblem(error));
    });
  const find = async (session: string, shape: Shape): Promise<AddressPlan | undefined> => {
    const standing = await findStanding(docker, session);
    if (standing === undefined) return undefined;
    const isWhole =
      shape.hosts.every(({ key }) => standing.hosts.includes(key)) &&
      shape.networks.every(({ key }) => standing.networks[key] !== undefined);
    return isWhole ? addressPlan(shape, standing.networks) : undefined;
  };
  const takeUp = async (session: string, world: World, { signal = new AbortController().signal }: UpOptions = {}): Promise<Range> => {
    const standing = await findStanding(docker, session);
    if (standing === undefined) {
      const hint = "Start a range anew.";
      throw new ProblemError({ code: "range-not-standing", message: "No range waits for this session any more.", hint });
    }
    const identity = { ...standing.range, owner: ownerOf() };
    // First of all: from here on it is ours, and nobody sweeps it away.
    await putMark(docker, identity, session);
    return rangeOf(await takeUpRange({ docker, dialects, signal, world, plan: planRange(world, identity) }));
  };
  const remove = async (session: string): Promise<void> => {
    const standing = await findStanding(docker, session);
    if (standing !== undefined) await removeRange(docker, standing.range.id);
  };
  return {
    hoursAtMost: waitsHours,
    find: (session, shape) => orProblem(find(session, shape)),
    takeUp: (session, world, options) => orProblem(takeUp(session, world, options)),
    remove: (session) => orProblem(remove(session)),
  };
}

function newRange() {
  return { id: randomBytes(4).toString("hex"), owner: ownerOf(), startedAtMs: Date.now() };
}

/** Blocks of the engine's networks, and of this machine's own interfaces, which are the engine's where it is local. */
export async function takenBlocks(docker: Docker): Promise<string[]> {
  const networks = await docker.listNetworks().catch((error: unknown) => {
    throw new ProblemError(engineProblem(error));
  });
  const used = networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []));
  const own = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).flatMap(({ cidr }) => cidr ?? []));
  return [...used, ...own].filter((cidr) => /^[\d.]+\/\d+$/.test(cidr));
}

async function start(
  docker: Docker,
  world: World,
  plan: RangePlan,
  references: Readonly<Record<string, string>>,
  dialects: readonly LogDialect[],
  { signal: wanted, progress }: UpOptions,
): Promise<Range> {
  const failing = new AbortController();
  const signal = wanted === undefined ? failing.signal : AbortSignal.any([wanted, failing.signal]);
  const log = createRangeLog();
  const hosts: LiveHost[] = [];
  const started: StartedHost[] = [];
  let sealed: Promise<void> | undefined;
  // Sealed while the last daemons start; it is a range only when both are done.
  const onStarted = (host: StartedHost): void => {
    started.push(host);
    if (started.length < plan.containers.length) return;
    sealed = sealHosts(docker, plan, started, references[host.plan.image] ?? "");
    sealed.catch(() => {});
  };
  try {
    signal.throwIfAborted();
    // In turn: of two processes that want the same blocks, one gets the first of them and with it the rest.
    for (const network of plan.networks) await createNetwork(docker, network);
    await inParallel(longestFirst(plan.containers), startsAtOnce, async (container) => {
      signal.throwIfAborted();
      progress?.({ host: container.host, text: `starting ${container.running.join(", ") || "nothing"}` });
      const setup = { docker, host: hostOf(world, container.host), dialects, log, signal };
      const image = references[container.image] ?? "";
      const running = startHost(container, image, setup, (its) => onStarted({ plan: container, container: its }));
      hosts.push(await running.catch(told(container.host)));
      progress?.({ host: container.host, text: "ready" });
    });
    await sealed;
    return await createRange({ docker, world, plan, hosts, log, dialects });
  } catch (error) {
    failing.abort(error);
    for (const host of hosts) host.leave();
    // Nothing of ours may still be at work when the range is removed.
    await sealed?.catch(() => {});
    // Where the engine itself is gone, the next sweep does it; what happened first is what counts.
    await removeRange(docker, plan.range.id).catch(() => {});
    if (wanted?.aborted || error instanceof ProblemError) throw error;
    throw new ProblemError(engineProblem(error));
  }
}

/** Who takes long to get ready begins first: Rspamd, then whoever runs most. */
function longestFirst(containers: RangePlan["containers"]): RangePlan["containers"] {
  const weight = ({ running }: RangePlan["containers"][number]): number => (running.includes("rspamd") ? 1000 : running.length);
  return containers.toSorted((left, right) => weight(right) - weight(left));
}

/** What the engine refuses is told with the host that it was for. */
function told(host: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof ProblemError || (error as Error).name === "AbortError") throw error;
    throw new ProblemError({ ...engineProblem(error), where: { host } });
  };
}

function plannedRange({ networks, containers }: RangePlan): PlannedRange {
  return {
    networks: networks.map(({ key, cidr }) => ({ key, cidr })),
    hosts: containers.map(({ host, image, rights, interfaces, running }) => ({
      host,
      runsOn: `image ${image}`,
      addresses: interfaces.map(({ address }) => address),
      daemons: running,
      capabilities: rights.capabilities,
      memoryBytes: rights.memoryBytes,
    })),
  };
}
