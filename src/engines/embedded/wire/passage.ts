import type { Random } from "../../../base/random.ts";
import { createLines, type Lines } from "../../../world/lines.ts";
import type { FirewallRule, HostKey, Line, Network } from "../../../world/world.ts";
import type { Endpoint } from "./network-stack.ts";
import { type FilterVerdict, filterVerdict } from "./packet-filter.ts";

/** The state of the lines and of the packet filters: what decides whether, and how soon, a packet arrives. */
export interface Conditions {
  readonly lines: Lines;
  readonly filters: Map<HostKey, readonly FirewallRule[]>;
}

/** One packet's way. */
export interface Passage {
  readonly protocol: "tcp" | "udp";
  readonly from: HostKey;
  readonly to: HostKey;
  /** Undefined on a host's loopback. */
  readonly network: string | undefined;
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** `sent` is false when the sender's own packet filter stopped it: a capture on the network never sees it. */
export interface PacketFate {
  readonly sent: boolean;
  readonly verdict: FilterVerdict;
  readonly latencyMs: number;
}

const LOOPBACK: Line = { latencyMs: 0, lossRatio: 0 };

export function conditionsOf(
  networks: readonly Network[],
  hosts: readonly { readonly key: HostKey; readonly firewall: readonly FirewallRule[] }[],
): Conditions {
  return {
    lines: createLines(networks),
    filters: new Map(hosts.map((host) => [host.key, host.firewall])),
  };
}

/** Judges one packet. Randomness is drawn only where the line loses packets, so that a sound range draws none. */
export function judge(conditions: Conditions, passage: Passage, random: Random): PacketFate {
  const { protocol, source, destination } = passage;
  const line = passage.network === undefined ? LOOPBACK : conditions.lines.get(passage.network, passage.to);
  const { latencyMs } = line;
  const out = filterVerdict(conditions.filters.get(passage.from) ?? [], "out", protocol, destination.port, destination.address);
  if (out !== "pass") return { sent: false, verdict: out, latencyMs };
  if (line.lossRatio > 0 && random.below(1_000_000) < line.lossRatio * 1_000_000) return { sent: true, verdict: "drop", latencyMs };
  const verdict = filterVerdict(conditions.filters.get(passage.to) ?? [], "in", protocol, destination.port, source.address);
  return { sent: true, verdict, latencyMs };
}
