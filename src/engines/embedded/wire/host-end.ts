import type { HostKey } from "../../../world/world.ts";
import type { Process } from "../process.ts";
import { type Endpoint, NetworkError, type VirtualSocket } from "./network-stack.ts";
import type { WireSocket } from "./socket.ts";

/** One host's end of the wire: what listens and what is connected, for all its programs together. */
export interface HostEnd {
  readonly key: HostKey;
  readonly tcp: Set<TcpListening>;
  readonly udp: Set<UdpBound>;
  /** By absolute path. */
  readonly unix: Map<string, Accepting>;
  /** Open TCP connections, in the order in which they were made. */
  readonly sockets: Set<WireSocket>;
  /** The ephemeral port that is tried next. */
  nextPort: number;
}

/** A listener: new connections are handed to its program when that has the processor. */
export interface Accepting {
  readonly process: Process;
  readonly onConnection: (socket: VirtualSocket) => void;
}

export interface TcpListening extends Accepting {
  readonly port: number;
  /** Undefined listens on every address. */
  readonly address: string | undefined;
}

export interface UdpBound {
  readonly process: Process;
  readonly port: number;
  readonly address: string | undefined;
  readonly onDatagram: (payload: Uint8Array, from: Endpoint) => void;
}

/** Linux: net.ipv4.ip_local_port_range. */
export const EPHEMERAL = { first: 32_768, last: 60_999 } as const;

export function createHostEnd(key: HostKey, nextPort: number): HostEnd {
  return { key, tcp: new Set(), udp: new Set(), unix: new Map(), sockets: new Set(), nextPort };
}

/** The socket that a packet to this address and port belongs to: one bound to the address before one bound to all. */
export function boundTo<T extends { readonly port: number; readonly address: string | undefined }>(
  bound: Iterable<T>,
  to: Endpoint,
): T | undefined {
  let wildcard: T | undefined;
  for (const each of bound) {
    if (each.port !== to.port) continue;
    if (each.address === to.address) return each;
    if (each.address === undefined) wildcard = each;
  }
  return wildcard;
}

/** @throws NetworkError EADDRINUSE where another socket holds the port on this address or on all. */
export function demandFree(
  bound: Iterable<{ readonly port: number; readonly address: string | undefined }>,
  port: number,
  address: string | undefined,
): void {
  for (const each of bound) {
    if (each.port === port && (each.address === undefined || address === undefined || each.address === address)) {
      throw new NetworkError("EADDRINUSE", `bind EADDRINUSE ${address ?? "0.0.0.0"}:${port}`);
    }
  }
}

/** The next free ephemeral port of this host. */
export function ephemeralPort(end: HostEnd): number {
  const taken = new Set<number>();
  for (const socket of end.sockets) taken.add(socket.localPort);
  for (const bound of end.udp) taken.add(bound.port);
  const span = EPHEMERAL.last - EPHEMERAL.first + 1;
  for (let tried = 0; tried < span; tried++) {
    const port = end.nextPort;
    end.nextPort = port >= EPHEMERAL.last ? EPHEMERAL.first : port + 1;
    if (!taken.has(port)) return port;
  }
  throw new NetworkError("EADDRNOTAVAIL", "bind EADDRNOTAVAIL: every ephemeral port is in use");
}
