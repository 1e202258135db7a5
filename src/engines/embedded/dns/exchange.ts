import type { Machine } from "../machine.ts";
import type { NetworkError } from "../wire/network-stack.ts";
import { type DnsMessage, decodeMessage, encodeMessage } from "./message.ts";

/** Where a question goes. */
export interface DnsServer {
  readonly address: string;
  readonly port: number;
}

/** What came of one question to one server. */
export type Outcome =
  | { readonly outcome: "answer"; readonly message: DnsMessage; readonly sizeBytes: number }
  | { readonly outcome: "timeout" }
  /** An ICMP port unreachable or a TCP reset. */
  | { readonly outcome: "refused" }
  /** No way to the host, or the connection broke. */
  | { readonly outcome: "unreachable"; readonly error: string };

/** What talking to a server takes of a machine. */
export type Asker = Pick<Machine, "net" | "clock">;

/** Sends one question in a datagram and waits for its answer. What does not match the question is not heard. */
export function askOverUdp(asker: Asker, server: DnsServer, query: DnsMessage, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const finish = (outcome: Outcome): void => {
      asker.clock.clearTimeout(timer);
      socket.close();
      resolve(outcome);
    };
    const timer = asker.clock.setTimeout(() => finish({ outcome: "timeout" }), timeoutMs);
    const socket = asker.net.bindUdp(0, (payload, from) => {
      const message = from.address === server.address ? decodeMessage(payload) : undefined;
      if (message?.response === true && message.id === query.id) finish({ outcome: "answer", message, sizeBytes: payload.length });
    });
    socket.send(encodeMessage(query), server, () => finish({ outcome: "refused" }));
  });
}

/** The same over a TCP connection of its own (RFC 1035, 4.2.2: a length of two bytes stands before each message). */
export function askOverTcp(asker: Asker, server: DnsServer, query: DnsMessage, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = asker.net.connect({ address: server.address, port: server.port });
    const finish = (outcome: Outcome): void => {
      asker.clock.clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = asker.clock.setTimeout(() => finish({ outcome: "timeout" }), timeoutMs);
    const read = createFrameReader((payload) => {
      const message = decodeMessage(payload);
      if (message !== undefined) finish({ outcome: "answer", message, sizeBytes: payload.length });
    });
    socket.on("data", read);
    socket.on("error", (error: NetworkError) => {
      if (error.code === "ECONNREFUSED") finish({ outcome: "refused" });
      else if (error.code === "ETIMEDOUT") finish({ outcome: "timeout" });
      else finish({ outcome: "unreachable", error: error.code === "ECONNRESET" ? "connection reset" : "host unreachable" });
    });
    socket.on("end", () => finish({ outcome: "unreachable", error: "end of file" }));
    socket.write(frame(encodeMessage(query)));
  });
}

/** A message with its length before it, as it goes over TCP. */
export function frame(payload: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(payload.length);
  return Buffer.concat([length, payload]);
}

/** Takes a stream's pieces and hands over whole messages. */
export function createFrameReader(onMessage: (payload: Uint8Array) => void): (piece: Buffer) => void {
  let pending = Buffer.alloc(0);
  return (piece) => {
    pending = Buffer.concat([pending, piece]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const payload = pending.subarray(2, end);
      pending = pending.subarray(end);
      onMessage(payload);
    }
  };
}
