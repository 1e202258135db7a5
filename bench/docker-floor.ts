import type { DockerClient } from "../src/engines/docker/client.ts";
import { createNetwork, removeRange } from "../src/engines/docker/containers.ts";
import { imageReference } from "../src/engines/docker/images/image-source.ts";
import { labelsOf } from "../src/engines/docker/labels.ts";
import { ownerOf } from "../src/engines/docker/owner.ts";
import { planRange } from "../src/engines/docker/range-plan.ts";
import type { World } from "../src/world/world.ts";

/** What no engine on Docker can be faster than: the same networks, and as many containers on them that only sleep. */
export async function floorRange({ docker, about }: DockerClient, world: World, number: number) {
  const range = { id: `bench${number}`, owner: ownerOf(), startedAtMs: Date.now() };
  const { networks, containers } = planRange(world, range);
  const image = imageReference("toolbox", about.architecture);
  return {
    async up(): Promise<void> {
      await Promise.all(networks.map((network) => createNetwork(docker, network)));
      await Promise.all(
        containers.map(async ({ name, host, interfaces: [first, ...others] }) => {
          const endpoint = (address: string) => ({ IPAMConfig: { IPv4Address: address } });
          const container = await docker.createContainer({
            name,
            Image: image,
            Entrypoint: ["sleep", "infinity"],
            Labels: labelsOf(range, "host", host),
            HostConfig: { NetworkMode: first?.network ?? "none" },
            ...(first === undefined ? {} : { NetworkingConfig: { EndpointsConfig: { [first.network]: endpoint(first.address) } } }),
          });
          for (const { network, address } of others)
            await docker.getNetwork(network).connect({ Container: container.id, EndpointConfig: endpoint(address) });
          await container.start();
        }),
      );
    },
    down: () => removeRange(docker, range.id),
  };
}
