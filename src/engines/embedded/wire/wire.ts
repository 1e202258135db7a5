import type { Random, RandomState } from "../../../base/random.ts";
import type { Lines } from "../../../world/lines.ts";
import type { FirewallRule, Host, HostKey, Line, Network } from "../../../world/world.ts";
import type { VirtualClock } from "../clock/virtual-clock.ts";
import type { Process } from "../process.ts";
import { createRandomStream } from "../random-stream.ts";
import { createHostEnd, EPHEMERAL, type HostEnd } from "./host-end.ts";
import { HostStack } from "./host-stack.ts";
import { createMedium } from "./medium.ts";
import type { NetworkStack } from "./network-stack.ts";
import type { PacketListener } from "./packet.ts";
import { conditionsOf } from "./passage.ts";
import type { Ground } from "./tcp.ts";
import { createTopology } from "./topology.ts";

/** All networks of a range. */
export interface Wire {
  /** One host's network stack as one of its programs sees it. */
  stack(host: HostKey, process: Process): NetworkStack;
  readonly lines: Omit<Lines, "restore">;
  firewall(host: HostKey): readonly FirewallRule[];
  setFirewall(host: HostKey, rules: readonly FirewallRule[]): void;
  /** For captures: each packet on any network, until the returned function is called. */
  onPacket(listener: PacketListener): () => void;
  /** What a fork needs to go on from here. Connections are not part of it: they are lost as in a crash. */
  state(): WireState;
  restore(state: WireState): void;
}

export interface WireState {
  readonly random: RandomState;
  readonly lines: Iterable<readonly [string, Line]>;
  readonly filters: ReadonlyMap<HostKey, readonly FirewallRule[]>;
  readonly nextPorts: ReadonlyMap<HostKey, number>;
}

export function createWire(clock: VirtualClock, random: Random, networks: readonly Network[], hosts: readonly Host[]): Wire {
  const conditions = conditionsOf(networks, hosts);
  const packets = createRandomStream(random.fork("packets"));
  const medium = createMedium(clock, packets, conditions);
  const span = EPHEMERAL.last - EPHEMERAL.first;
  const ends = new Map(
    hosts.map((host) => [host.key, createHostEnd(host.key, EPHEMERAL.first + random.fork(`ports/${host.key}`).below(span))]),
  );
  const ground: Ground = { medium, topology: createTopology(networks, hosts), ends };

  return {
    stack: (host, process) => new HostStack(ground, endOf(ends, host), process),
    lines: conditions.lines,
    firewall: (host) => conditions.filters.get(host) ?? [],
    setFirewall(host, rules) {
      conditions.filters.set(host, rules);
    },
    onPacket: (listener) => medium.onPacket(listener),
    state: () => ({
      random: packets.state(),
      lines: conditions.lines.entries(),
      filters: new Map(conditions.filters),
      nextPorts: new Map([...ends].map(([key, end]) => [key, end.nextPort])),
    }),
    restore(state) {
      packets.restore(state.random);
      conditions.lines.restore(state.lines);
      for (const [host, rules] of state.filters) conditions.filters.set(host, rules);
      for (const [key, port] of state.nextPorts) endOf(ends, key).nextPort = port;
    },
  };
}

function endOf(ends: ReadonlyMap<HostKey, HostEnd>, host: HostKey): HostEnd {
  const end = ends.get(host);
  if (end === undefined) throw new Error(`no host ${host} is on the wire`);
  return end;
}
