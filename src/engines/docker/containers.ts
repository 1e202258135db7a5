import type Docker from "dockerode";
import { archiveOf } from "./archive.ts";
import { engineProblem } from "./engine-problem.ts";
import type { HostFile } from "./host-files.ts";
import { tmpfsOptions } from "./image-rights.ts";
import { labels } from "./labels.ts";
import { type ContainerPlan, type NetworkPlan, withoutGateway } from "./range-plan.ts";
import { removeMarks } from "./standing.ts";

/** An internal network: no route leads out of it, and the engine's host has no address in it. */
export async function createNetwork(docker: Docker, { name, cidr, labels: labelled }: NetworkPlan): Promise<void> {
  await docker.createNetwork({
    Name: name,
    CheckDuplicate: true,
    Driver: "bridge",
    Internal: true,
    IPAM: { Driver: "default", Config: [{ Subnet: cidr }] },
    Options: { ...withoutGateway },
    Labels: { ...labelled },
  });
}

/** Creates a host's container with all its interfaces. It neither runs nor has files of its own yet. */
export async function createHost(docker: Docker, plan: ContainerPlan, image: string): Promise<Docker.Container> {
  const [first, ...others] = plan.interfaces;
  const container = await docker.createContainer({
    name: plan.name,
    Image: image,
    Hostname: plan.hostname,
    Labels: { ...plan.labels },
    Env: ["LANG=C.UTF-8"],
    NetworkDisabled: first === undefined,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      ...(first === undefined ? { NetworkMode: "none" } : { NetworkMode: first.network }),
      ...confinement(plan),
      Dns: [...plan.dns],
      LogConfig: { Type: "json-file", Config: { "max-size": "20m", "max-file": "1" } },
    },
    ...(first === undefined ? {} : { NetworkingConfig: { EndpointsConfig: { [first.network]: endpoint(first.address) } } }),
  });
  for (const { network, address } of others) {
    await docker.getNetwork(network).connect({ Container: container.id, EndpointConfig: endpoint(address) });
  }
  return container;
}

/**
 * Starts a host's container and hands its files to its init (images/base), which unpacks them before anything else and ends the host
 * when they do not come whole. Putting them into a container that does not run yet costs the engine a process of its own for each host.
 */
export async function bootHost(container: Docker.Container, files: readonly HostFile[]): Promise<void> {
  const archive = await archiveOf(files);
  const stdin = await container.attach({ stream: true, stdin: true, hijack: true });
  // A host that is removed while it reads ends the stream in its way; whoever waits for it to get ready is told.
  stdin.on("error", () => {});
  await container.start();
  stdin.end(archive);
}

function confinement({ rights }: ContainerPlan): Docker.HostConfig {
  return {
    CapDrop: ["ALL"],
    CapAdd: [...rights.capabilities],
    SecurityOpt: ["no-new-privileges"],
    PidsLimit: rights.processes,
    Memory: rights.memoryBytes,
    // The same again as swap would let a runaway program slow down everybody's machine.
    MemorySwap: rights.memoryBytes,
    Tmpfs: Object.fromEntries(Object.entries(rights.tmpfs).map(([path, bytes]) => [path, tmpfsOptions(bytes)])),
  };
}

/** How a container beside a host is confined: it has the host's network, and these rights over it. */
export function besideHost(host: Docker.Container, capabilities: readonly string[]): Docker.HostConfig {
  return { NetworkMode: `container:${host.id}`, ...helperConfinement(capabilities) };
}

/** How a container of ours is confined in which nothing of a learner's runs. */
export function helperConfinement(capabilities: readonly string[]): Docker.HostConfig {
  return {
    CapDrop: ["ALL"],
    CapAdd: [...capabilities],
    SecurityOpt: ["no-new-privileges"],
    PidsLimit: 20,
    Memory: 64 * 1024 * 1024,
  };
}

function endpoint(address: string): Docker.EndpointSettings {
  return { IPAMConfig: { IPv4Address: address } } as Docker.EndpointSettings;
}

/** A network that could not be removed, and why, in the engine's words. */
export interface StuckNetwork {
  readonly name: string;
  readonly says: string;
}

/**
 * Removes everything that carries the range's id: its mark, then containers, networks when nothing is on them any more.
 * @returns networks that stay all the same @throws dockerode's error when the engine fails at anything else
 */
export async function removeRange(docker: Docker, rangeId: string): Promise<StuckNetwork[]> {
  await removeMarks(docker, rangeId);
  const filters = { label: [`${labels.range}=${rangeId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  // Sidecars live in the network namespace of their hosts, which need not be there any more when they go.
  await Promise.all(containers.map(({ Id }) => removeContainer(docker.getContainer(Id))));
  const networks = await docker.listNetworks({ filters });
  const stuck = await Promise.all(networks.map(({ Id, Name }) => removeNetwork(docker.getNetwork(Id), Name)));
  return stuck.flatMap((network) => network ?? []);
}

/** How long another process may take to remove a container that we wanted to remove too. */
const removalMs = 10_000;

async function removeContainer(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (isGone(error)) return;
    if ((error as { statusCode?: number }).statusCode !== 409) throw error;
    // Somebody else is just removing it; its networks can go when it has gone.
    await container.wait({ condition: "removed", abortSignal: AbortSignal.timeout(removalMs) }).catch(() => {});
  }
}

/**
 * A daemon that was killed may keep endpoints of containers that are gone (403, "has active endpoints"). Those that it lists are cut;
 * where it lists none, only its restart helps.
 */
async function removeNetwork(network: Docker.Network, name: string): Promise<StuckNetwork | undefined> {
  try {
    await network.remove();
  } catch (error) {
    if (isGone(error)) return undefined;
    if ((error as { statusCode?: number }).statusCode !== 403) throw error;
    return removeFromEnds(network, name);
  }
  return undefined;
}

async function removeFromEnds(network: Docker.Network, name: string): Promise<StuckNetwork | undefined> {
  try {
    const { Containers = {} } = (await network.inspect()) as { Containers?: Record<string, { Name?: string }> };
    const ends = Object.entries(Containers).map(([id, { Name }]) => Name ?? id);
    await Promise.all(ends.map((end) => network.disconnect({ Container: end, Force: true }).catch(() => {})));
    await network.remove();
  } catch (error) {
    if (!isGone(error)) return { name, says: engineProblem(error).message };
  }
  return undefined;
}

function isGone(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}
