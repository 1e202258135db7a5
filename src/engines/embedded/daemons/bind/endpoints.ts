import { type AddressList, admits, type OwnAddresses } from "../../../../daemons/bind/address-list.ts";
import { createFrameReader, frame } from "../../dns/exchange.ts";
import { type DnsMessage, decodeMessage, encodeMessage } from "../../dns/message.ts";
import type { Machine } from "../../machine.ts";
import type { Listener, NetworkStack, UdpSocket } from "../../wire/network-stack.ts";

/** A question as it came in. */
export interface Arrival {
  readonly query: DnsMessage;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly transport: "udp" | "tcp";
}

/** The sockets of a running name server. */
export interface Endpoints {
  /** Addresses that are listened on, in order. */
  readonly addresses: readonly string[];
  close(): void;
}

const DNS_PORT = 53;
const CONTROL_PORT = 953;
/** What a client without EDNS takes over UDP (RFC 1035), and the most that this server sends (max-udp-size). */
const PLAIN_UDP_BYTES = 512;
const MAX_UDP_BYTES = 1232;

/**
 * Listens on each of the host's addresses that the configuration names, over UDP and TCP, and on the control channel's port.
 * @param onQuery answers a question; undefined leaves the client waiting
 */
export function openEndpoints(
  machine: Machine,
  listenOn: AddressList,
  own: OwnAddresses,
  onQuery: (arrival: Arrival) => Promise<DnsMessage | undefined>,
): Endpoints {
  const addresses = ["127.0.0.1", ...own.addresses].filter((address) => admits(listenOn, address, own));
  const open: (UdpSocket | Listener)[] = addresses.flatMap((address) => [
    listenUdp(machine.net, address, onQuery),
    listenTcp(machine.net, address, onQuery),
  ]);
  // rndc talks to the program itself; the port is there to be seen.
  open.push(machine.net.listen(CONTROL_PORT, (socket) => socket.destroy(), "127.0.0.1"));
  return {
    addresses,
    close() {
      for (const each of open) each.close();
    },
  };
}

function listenUdp(net: NetworkStack, address: string, onQuery: (arrival: Arrival) => Promise<DnsMessage | undefined>): UdpSocket {
  const socket = net.bindUdp(
    DNS_PORT,
    (payload, from) => {
      const query = decodeMessage(payload);
      if (query === undefined || query.response) return;
      const arrival: Arrival = { query, clientAddress: from.address, clientPort: from.port, serverAddress: address, transport: "udp" };
      void onQuery(arrival).then((response) => {
        if (response !== undefined) socket.send(fitted(response, query.edns?.udpSizeBytes ?? PLAIN_UDP_BYTES), from);
      });
    },
    address,
  );
  return socket;
}

function listenTcp(net: NetworkStack, address: string, onQuery: (arrival: Arrival) => Promise<DnsMessage | undefined>): Listener {
  return net.listen(
    DNS_PORT,
    (socket) => {
      const read = createFrameReader((payload) => {
        const query = decodeMessage(payload);
        if (query === undefined || query.response) return;
        const { remoteAddress, remotePort } = socket;
        const arrival: Arrival = { query, clientAddress: remoteAddress, clientPort: remotePort, serverAddress: address, transport: "tcp" };
        void onQuery(arrival).then((response) => {
          if (response !== undefined && socket.writable) socket.write(frame(encodeMessage(response)));
        });
      });
      socket.on("data", read);
      socket.on("end", () => socket.end());
      socket.on("error", () => socket.destroy());
    },
    address,
  );
}

/** The message's bytes within the limit: what comes along goes first; when the answer itself does not fit, the TC flag says so. */
function fitted(response: DnsMessage, clientLimitBytes: number): Uint8Array {
  const limitBytes = Math.min(MAX_UDP_BYTES, Math.max(PLAIN_UDP_BYTES, clientLimitBytes));
  const whole = encodeMessage(response);
  if (whole.length <= limitBytes) return whole;
  const bare = encodeMessage({ ...response, additional: [] });
  if (bare.length <= limitBytes && response.answers.length > 0) return bare;
  return encodeMessage({ ...response, truncated: true, answers: [], authority: [], additional: [] });
}
