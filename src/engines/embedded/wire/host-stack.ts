import type { Process } from "../process.ts";
import { demandFree, type HostEnd, type TcpListening, type UdpBound } from "./host-end.ts";
import type { Medium } from "./medium.ts";
import { type Listener, NetworkError, type NetworkStack, type UdpSocket, type VirtualSocket } from "./network-stack.ts";
import type { Passage } from "./passage.ts";
import { WireSocket } from "./socket.ts";
import { type Ground, join, openTcp } from "./tcp.ts";
import { isLoopback } from "./topology.ts";
import { bindUdp } from "./udp.ts";

/** One host's network stack as one of its programs sees it. */
export class HostStack implements NetworkStack {
  readonly #ground: Ground;
  readonly #end: HostEnd;
  readonly #process: Process;

  constructor(ground: Ground, end: HostEnd, process: Process) {
    this.#ground = ground;
    this.#end = end;
    this.#process = process;
  }

  get addresses(): readonly string[] {
    return this.#ground.topology.addressesOf(this.#end.key);
  }

  listen(port: number, onConnection: (socket: VirtualSocket) => void, address?: string): Listener {
    const { tcp } = this.#end;
    const own = this.#demandOwn(address);
    demandFree(tcp, port, own);
    const listening: TcpListening = { process: this.#process, onConnection, port, address: own };
    tcp.add(listening);
    return closer(this.#process, () => tcp.delete(listening));
  }

  connect(to: Parameters<NetworkStack["connect"]>[0]): VirtualSocket {
    return openTcp(this.#ground, this.#end, this.#process, to);
  }

  bindUdp(port: number, onDatagram: UdpBound["onDatagram"], address?: string): UdpSocket {
    return bindUdp(this.#ground, this.#end, this.#process, port, onDatagram, this.#demandOwn(address));
  }

  listenUnix(path: string, onConnection: (socket: VirtualSocket) => void): Listener {
    const { unix } = this.#end;
    if (unix.has(path)) throw new NetworkError("EADDRINUSE", `listen EADDRINUSE ${path}`);
    unix.set(path, { process: this.#process, onConnection });
    return closer(this.#process, () => unix.delete(path));
  }

  connectUnix(path: string): VirtualSocket {
    return openUnix(this.#ground.medium, this.#end, this.#process, path);
  }

  listeners(): ReturnType<NetworkStack["listeners"]> {
    const { tcp, udp, unix } = this.#end;
    return [
      ...[...tcp].map(({ port, address }) => ({ protocol: "tcp" as const, address: address ?? "0.0.0.0", port })),
      ...[...udp].map(({ port, address }) => ({ protocol: "udp" as const, address: address ?? "0.0.0.0", port })),
      ...[...unix.keys()].map((path) => ({ protocol: "unix" as const, address: "", port: 0, path })),
    ];
  }

  connections(): ReturnType<NetworkStack["connections"]> {
    return [...this.#end.sockets]
      .filter((socket) => !socket.connecting && socket.remoteAddress !== "")
      .map((socket) => ({
        local: { address: socket.localAddress, port: socket.localPort },
        remote: { address: socket.remoteAddress, port: socket.remotePort },
      }));
  }

  /** Undefined for every address. @throws NetworkError EADDRNOTAVAIL for one that is not this host's */
  #demandOwn(address: string | undefined): string | undefined {
    if (address === undefined || address === "0.0.0.0" || address === "::") return undefined;
    if (isLoopback(address) || this.addresses.includes(address)) return address;
    throw new NetworkError("EADDRNOTAVAIL", `bind EADDRNOTAVAIL ${address}`);
  }
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
