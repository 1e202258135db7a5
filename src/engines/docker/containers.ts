import type Docker from "dockerode";
import { archiveOf } from "./archive.ts";
import { tmpfsOptions } from "./image-rights.ts";
import { labels } from "./labels.ts";
import { type ContainerPlan, type NetworkPlan, withoutGateway } from "./range-plan.ts";

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

/** Creates a host's container with its files in place and all its interfaces. It does not run yet. */
export async function createHost(docker: Docker, plan: ContainerPlan, image: string): Promise<Docker.Container> {
  const [first, ...others] = plan.interfaces;
  const container = await docker.createContainer({
    name: plan.name,
    Image: image,
    Hostname: plan.hostname,
    Labels: { ...plan.labels },
    Env: ["LANG=C.UTF-8"],
    NetworkDisabled: first === undefined,
    HostConfig: {
      ...(first === undefined ? { NetworkMode: "none" } : { NetworkMode: first.network }),
      ...confinement(plan),
      Dns: [...plan.dns],
      LogConfig: { Type: "json-file", Config: { "max-size": "20m", "max-file": "1" } },
    },
    ...(first === undefined ? {} : { NetworkingConfig: { EndpointsConfig: { [first.network]: endpoint(first.address) } } }),
  });
  await container.putArchive(await archiveOf(plan.files), { path: "/" });
  for (const { network, address } of others) {
    await docker.getNetwork(network).connect({ Container: container.id, EndpointConfig: endpoint(address) });
  }
  return container;
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

function endpoint(address: string): Docker.EndpointSettings {
  return { IPAMConfig: { IPv4Address: address } } as Docker.EndpointSettings;
}

/** Removes everything that carries the range's id: containers first, networks when nothing is on them any more. */
export async function removeRange(docker: Docker, rangeId: string): Promise<void> {
  const filters = { label: [`${labels.range}=${rangeId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  // Sidecars live in the network namespace of their hosts, which need not be there any more when they go.
  await Promise.all(containers.map(({ Id }) => removed(docker.getContainer(Id).remove({ force: true, v: true }))));
  const networks = await docker.listNetworks({ filters });
  await Promise.all(networks.map(({ Id }) => removeNetwork(docker.getNetwork(Id))));
}

/** An engine that was killed may keep endpoints of containers that are gone (403, "has active endpoints"): they are cut first. */
async function removeNetwork(network: Docker.Network): Promise<void> {
  try {
    await removed(network.remove());
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 403) throw error;
    const { Containers = {} } = (await network.inspect()) as { Containers?: Record<string, { Name?: string }> };
    const ends = Object.entries(Containers).map(([id, { Name }]) => Name ?? id);
    await Promise.all(ends.map((end) => removed(network.disconnect({ Container: end, Force: true }))));
    // What even then stays is met again by the next sweep; it must not keep anybody from starting.
    await removed(network.remove()).catch(() => {});
  }
}

/** What is gone already, or is just being removed by somebody else, is as good as removed. */
async function removed(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode !== 404 && statusCode !== 409) throw error;
  }
}
