import { createStubResolver, noAddressText } from "../../dns/stub-resolver.ts";
import type { Machine } from "../../machine.ts";
import { NetworkError, type VirtualSocket } from "../../wire/network-stack.ts";

/** Linux gives up on a silent host after six SYNs. */
export const kernelTimeoutMs = 130_000;

/**
 * Opens a TCP connection.
 * @param timeoutMs when the caller gives up; the kernel's own limit otherwise
 * @returns the connected socket, or why there is none; undefined when the signal cut it short
 */
export function connectTo(
  machine: Machine,
  to: { readonly address: string; readonly port: number; readonly timeoutMs?: number; readonly localAddress?: string },
  signal: AbortSignal,
): Promise<VirtualSocket | NetworkError | undefined> {
  return new Promise((resolve) => {
    const socket = machine.net.connect({ timeoutMs: kernelTimeoutMs, ...to });
    const stop = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    signal.addEventListener("abort", stop, { once: true });
    socket.once("connect", () => {
      signal.removeEventListener("abort", stop);
      resolve(socket);
    });
    socket.once("error", (error: Error) => {
      signal.removeEventListener("abort", stop);
      resolve(error instanceof NetworkError ? error : new NetworkError("ECONNRESET", error.message));
    });
    if (signal.aborted) stop();
  });
}

/** The IPv4 address of a name as getaddrinfo(3) gives it first, or in its words why there is none. */
export async function addressOf(machine: Machine, name: string): Promise<{ readonly address: string } | { readonly failure: string }> {
  const { addresses, status } = await createStubResolver(machine).addresses(name, ["A"]);
  const [address] = addresses;
  return address === undefined ? { failure: noAddressText(status) } : { address };
}

const servicePorts: Readonly<Record<string, number>> = {
  ...{ ftp: 21, ssh: 22, telnet: 23, smtp: 25, mail: 25, domain: 53, http: 80, pop3: 110, "pop-3": 110, imap: 143, imap2: 143, https: 443 },
  ...{ smtps: 465, submissions: 465, ssmtp: 465, urd: 465, submission: 587, imaps: 993, pop3s: 995, lmtp: 24, sieve: 4190 },
};

/** A port by number or by its name in /etc/services; undefined when it is neither. */
export function portOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= 65_535 ? Number(text) : undefined;
  return servicePorts[text];
}

/** The name of a port in /etc/services. */
export function serviceName(port: number): string | undefined {
  return Object.keys(servicePorts).find((name) => servicePorts[name] === port);
}
