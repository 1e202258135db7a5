import type { HostKey, Interface, Network } from "../../../world/world.ts";
import { inBlock } from "./packet-filter.ts";

/** Which host has which address on which network. Fixed for the life of a range; there is no forwarding between networks. */
export interface Topology {
  /** How a packet from this host gets to the address. */
  route(from: HostKey, destination: string, localAddress?: string): Route;
  addressesOf(host: HostKey): readonly string[];
}

export type Route =
  | {
      readonly found: true;
      /** Undefined on the host's own loopback. */
      readonly network?: string;
      readonly source: string;
      readonly host: HostKey;
    }
  | { readonly found: false; readonly why: "EHOSTUNREACH" | "ENETUNREACH" | "EADDRNOTAVAIL" };

export function createTopology(
  networks: readonly Pick<Network, "key" | "cidr">[],
  hosts: readonly { readonly key: HostKey; readonly interfaces: readonly Interface[] }[],
): Topology {
  const interfacesOf = new Map(hosts.map((host) => [host.key, host.interfaces]));
  const hostAt = new Map<string, HostKey>();
  for (const host of hosts) for (const each of host.interfaces) hostAt.set(`${each.network} ${each.address}`, host.key);
  const networksOf = new Map<string, readonly string[]>();
  const networksHolding = (address: string): readonly string[] => {
    let known = networksOf.get(address);
    if (known === undefined) {
      known = networks.filter((network) => inBlock(address, network.cidr)).map((network) => network.key);
      networksOf.set(address, known);
    }
    return known;
  };
  const addressesOf = (host: HostKey): readonly string[] => (interfacesOf.get(host) ?? []).map((each) => each.address);

  return {
    addressesOf,
    route(from, destination, localAddress) {
      const own = addressesOf(from);
      if (localAddress !== undefined && !isLoopback(localAddress) && !own.includes(localAddress))
        return { found: false, why: "EADDRNOTAVAIL" };
      if (isLoopback(destination) || own.includes(destination)) return { found: true, source: localAddress ?? destination, host: from };
      const holding = networksHolding(destination);
      const by = interfacesOf.get(from)?.find((each) => holding.includes(each.network));
      if (by === undefined) return { found: false, why: "ENETUNREACH" };
      const host = hostAt.get(`${by.network} ${destination}`);
      if (host === undefined) return { found: false, why: "EHOSTUNREACH" };
      return { found: true, network: by.network, source: localAddress ?? by.address, host };
    },
  };
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
