import type { Timer } from "../../../base/clock.ts";
import type { Process } from "../process.ts";
import { type Accepting, boundTo, ephemeralPort, type HostEnd } from "./host-end.ts";
import { createLine } from "./line.ts";
import type { Medium } from "./medium.ts";
import { type Endpoint, NetworkError, type NetworkStack } from "./network-stack.ts";
import type { Passage } from "./passage.ts";
import { WireSocket } from "./socket.ts";
import type { Route, Topology } from "./topology.ts";

/** What connections are made on. */
export interface Ground {
  readonly medium: Medium;
  readonly topology: Topology;
  readonly ends: ReadonlyMap<string, HostEnd>;
}

type ConnectOptions = Parameters<NetworkStack["connect"]>[0];

/** Linux sends the SYN again after 1, 3, 7, 15, 31 and 63 s and gives up after 127 s (tcp_syn_retries 6). */
const SYN_RETRY_MS = 1000;
const SYN_RETRIES = 6;
/** Linux gives up asking for a neighbour's hardware address after three probes, a second apart. */
export const NEIGHBOUR_TIMEOUT_MS = 3000;

const NOTHING = new Uint8Array();

/** Opens a TCP connection from this host, for this program. */
export function openTcp(ground: Ground, client: HostEnd, process: Process, options: ConnectOptions): WireSocket {
  const route = ground.topology.route(client.key, options.address, options.localAddress);
  const local: Endpoint = { address: route.found ? route.source : "", port: ephemeralPort(client) };
  const remote: Endpoint = { address: options.address, port: options.port };
  let attempt: Attempt | undefined;
  const socket = track(process, client, local, remote, () => attempt?.abandon());
  const fail = (code: NetworkError["code"]): void => {
    socket.destroy(new NetworkError(code, `connect ${code} ${remote.address}:${remote.port}`));
  };
  attempt = route.found ? dial(ground, client, process, socket, route, fail) : refuse(ground, route.why, fail);
  if (options.timeoutMs !== undefined) attempt.limit(options.timeoutMs, () => fail("ETIMEDOUT"));
  return socket;
}

/** A connection that does not stand yet. */
interface Attempt {
  abandon(): void;
  limit(timeoutMs: number, onTimeout: () => void): void;
}

function createAttempt(medium: Medium): Attempt & { over: boolean; after(delayMs: number, work: () => void): void } {
  const timers = new Set<Timer>();
  const attempt = {
    over: false,
    after(delayMs: number, work: () => void): void {
      const timer = medium.clock.setTimeout(() => {
        timers.delete(timer);
        medium.stir();
        work();
      }, delayMs);
      timers.add(timer);
    },
    abandon(): void {
      attempt.over = true;
      for (const timer of timers) medium.clock.clearTimeout(timer);
      timers.clear();
    },
    limit(timeoutMs: number, onTimeout: () => void): void {
      if (!attempt.over) attempt.after(timeoutMs, onTimeout);
    },
  };
  return attempt;
}

function refuse(ground: Ground, why: (Route & { found: false })["why"], fail: (code: NetworkError["code"]) => void): Attempt {
  const attempt = createAttempt(ground.medium);
  attempt.after(why === "EHOSTUNREACH" ? NEIGHBOUR_TIMEOUT_MS : 0, () => fail(why));
  return attempt;
}

/** The three-way handshake. */
function dial(
  ground: Ground,
  client: HostEnd,
  process: Process,
  socket: WireSocket,
  route: Route & { found: true },
  fail: (code: NetworkError["code"]) => void,
): Attempt {
  const { medium } = ground;
  const attempt = createAttempt(medium);
  const local: Endpoint = { address: socket.localAddress, port: socket.localPort };
  const remote: Endpoint = { address: socket.remoteAddress, port: socket.remotePort };
  const outward: Passage = {
    protocol: "tcp",
    from: client.key,
    to: route.host,
    network: route.network,
    source: local,
    destination: remote,
  };
  const homeward = returnPassage(ground, outward);
  const server = ground.ends.get(route.host) as HostEnd;

  const synAgain = (tries: number): void => {
    if (tries >= SYN_RETRIES) attempt.after(SYN_RETRY_MS * 2 ** tries, () => fail("ETIMEDOUT"));
    else attempt.after(SYN_RETRY_MS * 2 ** tries, () => syn(tries + 1));
  };
  const syn = (tries: number): void => {
    const fate = medium.pass(outward, ["SYN"], NOTHING);
    if (fate.verdict === "drop") synAgain(tries);
    else if (fate.verdict === "reject") attempt.after(fate.sent ? 2 * fate.latencyMs : 0, () => fail("ECONNREFUSED"));
    else attempt.after(fate.latencyMs, () => answer(tries));
  };
  const answer = (tries: number): void => {
    const listening = boundTo(server.tcp, remote);
    // An address of another network as the source: the answer finds no way back.
    const fate = homeward === undefined ? undefined : medium.pass(homeward, [listening === undefined ? "RST" : "SYN"], NOTHING);
    if (fate === undefined || fate.verdict !== "pass") synAgain(tries);
    else if (listening === undefined) attempt.after(fate.latencyMs, () => fail("ECONNREFUSED"));
    else attempt.after(fate.latencyMs, () => stand(listening, homeward as Passage));
  };
  const stand = (listening: Accepting, back: Passage): void => {
    attempt.abandon();
    const fate = medium.pass(outward, [], NOTHING);
    join(medium, { socket, process, passage: outward }, { end: server, accepting: listening, passage: back }, fate.latencyMs);
  };
  syn(0);
  return attempt;
}

/** Ties two ends together: the client's is open now, the server's program gets its own after `delayMs`. */
export function join(
  medium: Medium,
  client: { readonly socket: WireSocket; readonly process: Process; readonly passage: Passage },
  server: { readonly end: HostEnd; readonly accepting: Accepting; readonly passage: Passage },
  delayMs: number,
): void {
  const { process } = server.accepting;
  const accepted = track(process, server.end, client.passage.destination, client.passage.source, () => {});
  const toServer = createLine(
    medium,
    client.passage,
    (segment) => process.pass(() => accepted.arrive(segment)),
    (failure) => client.socket.break(failure),
  );
  const toClient = createLine(
    medium,
    server.passage,
    (segment) => client.process.pass(() => client.socket.arrive(segment)),
    (failure) => accepted.break(failure),
  );
  medium.clock.setTimeout(() => {
    medium.stir();
    process.pass(() => {
      if (process.state === "ended" || accepted.destroyed) return;
      server.accepting.onConnection(accepted);
    });
  }, delayMs);
  accepted.open(toClient, toServer);
  client.socket.open(toServer, toClient);
  client.process.pass(() => {
    client.socket.emit("connect");
    client.socket.emit("ready");
  });
}

/** Makes a socket that its host lists and its program owns for as long as it is open. */
function track(process: Process, end: HostEnd, local: Endpoint, remote: Endpoint, onClose: () => void): WireSocket {
  const disown = process.own(() => socket.destroy());
  const socket: WireSocket = new WireSocket(process.clock, local, remote, () => {
    disown();
    end.sockets.delete(socket);
    onClose();
  });
  end.sockets.add(socket);
  return socket;
}

function returnPassage(ground: Ground, outward: Passage): Passage | undefined {
  const back = ground.topology.route(outward.to, outward.source.address);
  if (!back.found || back.host !== outward.from) return undefined;
  return {
    protocol: "tcp",
    from: outward.to,
    to: outward.from,
    network: outward.network === undefined ? undefined : back.network,
    source: outward.destination,
    destination: outward.source,
  };
}
