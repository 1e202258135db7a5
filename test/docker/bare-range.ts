import { spawnSync } from "node:child_process";
import { dialects } from "../../src/daemons/registry.ts";
import type { DockerClient } from "../../src/engines/docker/client.ts";
import { createDockerEngine } from "../../src/engines/docker/engine.ts";
import { type ImageName, imageNames } from "../../src/engines/docker/images/image-set.ts";
import { imageReferences } from "../../src/engines/docker/images/image-source.ts";
import type { Engine, Range } from "../../src/world/engine.ts";
import type { DaemonKind, Host } from "../../src/world/world.ts";

/** Why a suite that needs these images, by default all, cannot run here; undefined when it can. A required suite fails instead. */
export function obstacle(names: readonly ImageName[] = imageNames): string | undefined {
  const engine = spawnSync("docker", ["version", "--format", "{{.Server.Arch}}"], { encoding: "utf8" });
  if (engine.status !== 0) return "no Docker engine answers";
  const references = imageReferences(engine.stdout.trim());
  const missing = names.find((name) => spawnSync("docker", ["image", "inspect", references[name]]).status !== 0);
  return missing === undefined ? undefined : `the image ${references[missing]} is not built`;
}

export function demandDocker(why: string | undefined): void {
  if (why !== undefined && process.env.MAILDRILL_REQUIRE_DOCKER) throw new Error(`the docker suite is required, but ${why}`);
}

/** The docker engine on images that are there. */
export function engineOn(client: DockerClient): Engine {
  return createDockerEngine({ client, dialects, images: async () => imageReferences(client.about.architecture) });
}

export interface BareHost {
  readonly key: string;
  readonly networks: readonly string[];
  readonly daemons?: readonly DaemonKind[];
  readonly nameservers?: readonly string[];
}

/** Starts hosts that run nothing, on networks of their own. Daemons are installed and stopped. */
export async function bareRange(engine: Engine, hosts: readonly BareHost[]): Promise<Range> {
  const keys = [...new Set(hosts.flatMap(({ networks }) => networks))];
  const shape = {
    networks: keys.map((key) => ({ key })),
    hosts: hosts.map(({ key, networks }, at) => ({ key, interfaces: networks.map((network) => ({ network, offset: at + 2 })) })),
  };
  const plan = await engine.reserve(shape, 0);
  const host = ({ key, networks, daemons = [], nameservers = [] }: BareHost): Host => ({
    key,
    name: `${key}.meadow.example`,
    owner: "org",
    duties: [],
    interfaces: networks.map((network) => ({ network, address: plan.addresses[key]?.[network] ?? "" })),
    nameservers,
    daemons: daemons.map((kind) => ({ kind, state: "stopped" })),
    files: {},
    firewall: [],
    disks: [],
    mailboxes: [],
  });
  return engine.up({
    name: "bare",
    seed: 0,
    pace: "lapse",
    startsAtMs: Date.UTC(2026, 10, 30, 8),
    networks: keys.map((key) => ({ key, cidr: plan.networks[key] ?? "", latencyMs: 0, lossRatio: 0 })),
    organisations: [{ key: "org", name: "Meadow", domain: "meadow.example" }],
    hosts: hosts.map(host),
    people: [],
  });
}
