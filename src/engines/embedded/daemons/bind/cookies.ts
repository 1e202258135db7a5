import { createHash } from "node:crypto";

/** DNS cookies (RFC 7873, RFC 9018): both halves follow from a secret, so that a range's bytes follow from its seed. */
export interface Cookies {
  /** What this host sends to a server it has not heard of yet: 16 hexadecimal digits. */
  client(serverAddress: string): string;
  /** The whole cookie that a client is answered with: its own half and ours, 48 digits. */
  answer(clientCookie: string, clientAddress: string, nowMs: number): string;
  /** True for a cookie that this server made for this client. */
  verify(cookie: string, clientAddress: string): boolean;
}

export function createCookies(secret: string): Cookies {
  const hash = (...parts: readonly string[]): string =>
    createHash("sha256")
      .update([secret, ...parts].join("/"))
      .digest("hex")
      .slice(0, 16);
  const serverHalf = (client: string, address: string, seconds: string): string => `01000000${seconds}${hash(client, address, seconds)}`;
  return {
    client: (serverAddress) => hash("client", serverAddress),
    answer(clientCookie, clientAddress, nowMs) {
      const client = clientCookie.slice(0, 16);
      const seconds = Math.floor(nowMs / 1000)
        .toString(16)
        .padStart(8, "0");
      return client + serverHalf(client, clientAddress, seconds);
    },
    verify(cookie, clientAddress) {
      const client = cookie.slice(0, 16);
      return cookie.length === 48 && cookie.slice(16) === serverHalf(client, clientAddress, cookie.slice(24, 32));
    },
  };
}
