import type { Random, RandomState } from "../../../base/random.ts";
import type { FirewallRule, Host, HostKey, Network } from "../../../world/world.ts";
import type { VirtualClock } from "../clock/virtual-clock.ts";
import type { Process } from "../process.ts";
import { createRandomStream } from "../random-stream.ts";
import { createHostEnd, demandFree, EPHEMERAL, type HostEnd, type TcpListening } from "./host-end.ts";
import { createMedium, type Medium } from "./medium.ts";
import { type Listener, NetworkError, type NetworkStack } from "./network-stack.ts";
import type { PacketListener } from "./packet.ts";
import { conditionsOf, type Link, type Passage } from "./passage.ts";
import { WireSocket } from "./socket.ts";
import { type Ground, join, openTcp } from "./tcp.ts";
import { createTopology, isLoopback } from "./topology.ts";
import { bindUdp } from "./udp.ts";

/** All networks of a range. */
export interface Wire {
  /** One host's network stack as one of its programs sees it. */
  stack(host: HostKey, process: Process): NetworkStack;
  link(network: string): Link;
  setLink(network: string, link: Link): void;
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
  readonly links: ReadonlyMap<string, Link>;
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
    stack: (host, process) => createStack(ground, endOf(ends, host), process),
    link: (network) => conditions.links.get(network) ?? { latencyMs: 0, lossRatio: 0 },
    setLink(network, link) {
      conditions.links.set(network, link);
    },
    firewall: (host) => conditions.filters.get(host) ?? [],
    setFirewall(host, rules) {
      conditions.filters.set(host, rules);
    },
    onPacket: (listener) => medium.onPacket(listener),
    state: () => ({
      random: packets.state(),
      links: new Map(conditions.links),
      filters: new Map(conditions.filters),
      nextPorts: new Map([...ends].map(([key, end]) => [key, end.nextPort])),
    }),
    restore(state) {
      packets.restore(state.random);
      for (const [network, link] of state.links) conditions.links.set(network, link);
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

function createStack(ground: Ground, end: HostEnd, process: Process): NetworkStack {
  const { medium, topology } = ground;
  const demandOwn = (address: string | undefined): string | undefined => {
    if (address === undefined || address === "0.0.0.0" || address === "::") return undefined;
    if (isLoopback(address) || topology.addressesOf(end.key).includes(address)) return address;
    throw new NetworkError("EADDRNOTAVAIL", `bind EADDRNOTAVAIL ${address}`);
  };

  return {
    addresses: topology.addressesOf(end.key),
    listen(port, onConnection, address) {
      const own = demandOwn(address);
      demandFree(end.tcp, port, own);
      const listening: TcpListening = { process, onConnection, port, address: own };
      end.tcp.add(listening);
      return closer(process, () => end.tcp.delete(listening));
    },
    connect: (to) => openTcp(ground, end, process, to),
    bindUdp: (port, onDatagram, address) => bindUdp(ground, end, process, port, onDatagram, demandOwn(address)),
    listenUnix(path, onConnection) {
      if (end.unix.has(path)) throw new NetworkError("EADDRINUSE", `listen EADDRINUSE ${path}`);
      const accepting = { process, onConnection };
      end.unix.set(path, accepting);
      return closer(process, () => end.unix.delete(path));
    },
    connectUnix: (path) => openUnix(medium, end, process, path),
    listeners: () => [
      ...[...end.tcp].map(({ port, address }) => ({ protocol: "tcp" as const, address: address ?? "0.0.0.0", port })),
      ...[...end.udp].map(({ port, address }) => ({ protocol: "udp" as const, address: address ?? "0.0.0.0", port })),
      ...[...end.unix.keys()].map((path) => ({ protocol: "unix" as const, address: "", port: 0, path })),
    ],
    connections: () =>
      [...end.sockets]
        .filter((socket) => !socket.connecting && socket.remoteAddress !== "")
        .map((socket) => ({
          local: { address: socket.localAddress, port: socket.localPort },
          remote: { address: socket.remoteAddress, port: socket.remotePort },
        })),
  };
}

function closer(process: Process, remove: () => void): Listener {
  const close = (): void => {
    remove();
    disown();
  };
  const disown = process.own(close);
  return { close };
}

/** Unix domain sockets: the loopback's way without addresses; no packet filter sees them. */
function openUnix(medium: Medium, end: HostEnd, process: Process, path: string): WireSocket {
  const nowhere = { address: "", port: 0 };
  const inside: Medium = { ...medium, pass: () => ({ sent: true, verdict: "pass", latencyMs: 0 }) };
  const disown = process.own(() => socket.destroy());
  const socket: WireSocket = new WireSocket(process.clock, nowhere, nowhere, () => {
    disown();
    medium.clock.clearTimeout(timer);
  });
  const timer = medium.clock.setTimeout(() => {
    medium.stir();
    const accepting = end.unix.get(path);
    if (accepting === undefined) {
      socket.destroy(new NetworkError("ENOENT", `connect ENOENT ${path}`));
      return;
    }
    const passage: Passage = { protocol: "tcp", from: end.key, to: end.key, network: undefined, source: nowhere, destination: nowhere };
    join(inside, { socket, process, passage }, { end, accepting, passage }, 0);
  }, 0);
  return socket;
}
