import type { NetworkError } from "./network-stack.ts";

/** What strerror(3) says of a network error: `Connection refused`. */
export const errorText: Readonly<Record<NetworkError["code"], string>> = {
  ECONNREFUSED: "Connection refused",
  ETIMEDOUT: "Connection timed out",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
  ECONNRESET: "Connection reset by peer",
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  ENOENT: "No such file or directory",
  EPIPE: "Broken pipe",
};
