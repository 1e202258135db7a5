import type { Process } from "../process.ts";
import { boundTo, demandFree, ephemeralPort, type HostEnd, type UdpBound } from "./host-end.ts";
import type { Endpoint, UdpSocket } from "./network-stack.ts";
import type { Passage } from "./passage.ts";
import { type Ground, NEIGHBOUR_TIMEOUT_MS } from "./tcp.ts";

/** What a frozen program's receive buffer holds; more is lost. */
const BACKLOG_DATAGRAMS = 256;

/** Binds a UDP port of this host for this program. @param port 0 takes a free one. @throws NetworkError EADDRINUSE */
export function bindUdp(
  ground: Ground,
  end: HostEnd,
  process: Process,
  port: number,
  onDatagram: UdpBound["onDatagram"],
  address?: string,
): UdpSocket {
  if (port !== 0) demandFree(end.udp, port, address);
  let queued = 0;
  const bound: UdpBound = {
    process,
    port: port === 0 ? ephemeralPort(end) : port,
    address,
    onDatagram(payload, from) {
      if (queued >= BACKLOG_DATAGRAMS) return;
      queued++;
      process.pass(() => {
        queued--;
        if (end.udp.has(bound)) onDatagram(payload, from);
      });
    },
  };
  end.udp.add(bound);
  const close = (): void => {
    end.udp.delete(bound);
    disown();
  };
  const disown = process.own(close);
  return {
    port: bound.port,
    send(payload, to, onUnreachable) {
      if (end.udp.has(bound)) sendDatagram(ground, end, bound, payload, to, onUnreachable);
    },
    close,
  };
}

function sendDatagram(
  ground: Ground,
  end: HostEnd,
  bound: UdpBound,
  payload: Uint8Array,
  to: Endpoint,
  onUnreachable: (() => void) | undefined,
): void {
  const { medium, topology, ends } = ground;
  medium.stir();
  const unreachableIn = (delayMs: number): void => {
    if (onUnreachable === undefined) return;
    medium.clock.setTimeout(() => {
      medium.stir();
      if (end.udp.has(bound)) bound.process.pass(onUnreachable);
    }, delayMs);
  };
  const route = topology.route(end.key, to.address, bound.address);
  if (!route.found) {
    unreachableIn(route.why === "EHOSTUNREACH" ? NEIGHBOUR_TIMEOUT_MS : 0);
    return;
  }
  const source: Endpoint = { address: route.source, port: bound.port };
  const passage: Passage = { protocol: "udp", from: end.key, to: route.host, network: route.network, source, destination: to };
  const fate = medium.pass(passage, [], payload);
  if (fate.verdict === "drop") return;
  if (fate.verdict === "reject") {
    unreachableIn(fate.sent ? 2 * fate.latencyMs : 0);
    return;
  }
  const receiver = ends.get(route.host) as HostEnd;
  medium.clock.setTimeout(() => {
    medium.stir();
    const receiving = boundTo(receiver.udp, to);
    if (receiving === undefined) unreachableIn(fate.latencyMs);
    else receiving.onDatagram(payload, source);
  }, fate.latencyMs);
}
