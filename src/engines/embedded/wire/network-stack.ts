import type { Duplex } from "node:stream";

/**
 * One machine's view of the virtual wire: its addresses, its listeners, its connections. Nothing here touches a real socket.
 * Packets take the network's latency on the virtual clock; the packet filter of both ends decides what passes.
 */
export interface NetworkStack {
  readonly addresses: readonly string[];
  /** @throws NetworkError EADDRINUSE, EADDRNOTAVAIL */
  listen(port: number, onConnection: (socket: VirtualSocket) => void, address?: string): Listener;
  /**
   * Opens a TCP connection. The socket emits `connect`, or `error` with a NetworkError (ECONNREFUSED after one round trip,
   * ETIMEDOUT only after `timeoutMs`, EHOSTUNREACH, ECONNRESET). Writes before `connect` are queued.
   */
  connect(to: {
    readonly address: string;
    readonly port: number;
    readonly localAddress?: string;
    readonly timeoutMs?: number;
  }): VirtualSocket;
  bindUdp(port: number, onDatagram: (payload: Uint8Array, from: Endpoint) => void, address?: string): UdpSocket;
  /** Unix domain sockets of this machine: `private/dovecot-lmtp` lives at its absolute path. */
  listenUnix(path: string, onConnection: (socket: VirtualSocket) => void): Listener;
  connectUnix(path: string): VirtualSocket;
  /** What `ss -ltn` and `ss -tn` would list. */
  listeners(): readonly {
    readonly protocol: "tcp" | "udp" | "unix";
    readonly address: string;
    readonly port: number;
    readonly path?: string;
  }[];
  connections(): readonly { readonly local: Endpoint; readonly remote: Endpoint }[];
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Listener {
  /** Stops accepting; open connections go on. */
  close(): void;
}

export interface UdpSocket {
  readonly port: number;
  /** A datagram that a packet filter rejects calls `onUnreachable`; one that is dropped is lost without a word. */
  send(payload: Uint8Array, to: Endpoint, onUnreachable?: () => void): void;
  close(): void;
}

/** A net.Socket look-alike over the virtual wire: what smtp-server, tls and our clients need of one. */
export interface VirtualSocket extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly readyState: "opening" | "open" | "readOnly" | "writeOnly" | "closed";
  /** Once-listener semantics of net.Socket, on the virtual clock. 0 switches it off. */
  setTimeout(timeoutMs: number, onTimeout?: () => void): this;
  setNoDelay(): this;
  setKeepAlive(): this;
  ref(): this;
  unref(): this;
  destroySoon(): void;
  /** Sends RST. */
  resetAndDestroy(): this;
}

export class NetworkError extends Error {
  readonly code:
    | "ECONNREFUSED"
    | "ETIMEDOUT"
    | "EHOSTUNREACH"
    | "ENETUNREACH"
    | "ECONNRESET"
    | "EADDRINUSE"
    | "EADDRNOTAVAIL"
    | "ENOENT"
    | "EPIPE";

  constructor(code: NetworkError["code"], message: string) {
    super(message);
    this.name = "NetworkError";
    this.code = code;
  }
}
