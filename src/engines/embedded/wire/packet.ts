import type { Endpoint } from "./network-stack.ts";

/** One packet as a capture on its network would see it, at the instant it is sent. A large write is one packet; a capture file cuts it up. */
export interface Packet {
  readonly atMs: number;
  /** Undefined on a host's loopback. */
  readonly network?: string;
  readonly protocol: "tcp" | "udp";
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** TCP flags besides ACK; empty for UDP. */
  readonly flags: readonly ("SYN" | "FIN" | "RST")[];
  readonly payload: Uint8Array;
  /** It never arrives: lost on the way or dropped by the receiver's packet filter. */
  readonly lost: boolean;
}

export type PacketListener = (packet: Packet) => void;
