import { ProblemError } from "../../base/problem.ts";
import type { DaemonKind, Host, HostKey, World } from "../../world/world.ts";
import { type HostFile, hostFiles } from "./host-files.ts";
import { type HostImage, type ImageRights, imageFor, rightsOf } from "./image-rights.ts";
import { labelsOf, type RangeIdentity } from "./labels.ts";

/** Everything that will be created for a range, decided before anything is. Pure: `up --dry-run` prints it. */
export interface RangePlan {
  readonly range: RangeIdentity;
  readonly networks: readonly NetworkPlan[];
  readonly containers: readonly ContainerPlan[];
}

export interface NetworkPlan {
  readonly key: string;
  readonly name: string;
  readonly cidr: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerPlan {
  readonly host: HostKey;
  readonly name: string;
  /** Fully qualified. */
  readonly hostname: string;
  readonly image: HostImage;
  readonly rights: ImageRights;
  readonly interfaces: readonly { readonly network: string; readonly address: string }[];
  /** CIDR blocks of its networks: where it may send to (seal.ts). */
  readonly reach: readonly string[];
  /** What Docker's own resolver would ask: an address of the range, so that it never asks outside. */
  readonly dns: readonly string[];
  readonly files: readonly HostFile[];
  /** Daemons that run once the host is up; it is ready when each of them has said so in its log. */
  readonly running: readonly DaemonKind[];
  /** Daemons to be frozen as soon as they run. */
  readonly frozen: readonly DaemonKind[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Options of the bridge driver: the engine's host gets no address in the network. What reaches it all the same, seal.ts stops. */
export const withoutGateway: Readonly<Record<string, string>> = { "com.docker.network.bridge.inhibit_ipv4": "true" };

/** @throws ProblemError `no-image` for a host whose daemons no image holds together */
export function planRange(world: World, range: RangeIdentity): RangePlan {
  const networkName = (key: string): string => `maildrill-${range.id}-${key}`;
  return {
    range,
    networks: world.networks.map(({ key, cidr }) => ({ key, name: networkName(key), cidr, labels: labelsOf(range, "network", key) })),
    containers: world.hosts.map((host) => planContainer(world, host, range, networkName)),
  };
}

function planContainer(world: World, host: Host, range: RangeIdentity, networkName: (key: string) => string): ContainerPlan {
  const kinds = host.daemons.map(({ kind }) => kind);
  const image = imageFor(kinds);
  if (image === undefined) {
    throw new ProblemError({
      code: "no-image",
      message: `No image holds ${kinds.join(" and ")} together.`,
      where: { host: host.key },
      hint: "Put them on hosts of their own.",
    });
  }
  return {
    host: host.key,
    name: `maildrill-${range.id}-${host.key}`,
    hostname: host.name,
    image,
    rights: rightsOf(image),
    interfaces: host.interfaces.map(({ network, address }) => ({ network: networkName(network), address })),
    reach: world.networks.filter(({ key }) => host.interfaces.some(({ network }) => network === key)).map(({ cidr }) => cidr),
    dns: host.nameservers.length > 0 ? host.nameservers : [host.interfaces[0]?.address ?? "127.0.0.1"],
    files: hostFiles(world, host, Object.keys(rightsOf(image).tmpfs)),
    running: host.daemons.filter(({ state }) => state !== "stopped").map(({ kind }) => kind),
    frozen: host.daemons.filter(({ state }) => state === "frozen").map(({ kind }) => kind),
    labels: labelsOf(range, "host", host.key),
  };
}
