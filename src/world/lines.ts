import type { HostKey, Line, Network } from "./world.ts";

const good: Line = { latencyMs: 0, lossRatio: 0 };

/** The lines of a range as they are now: a network's, and those of single hosts that differ from it. */
export interface Lines {
  /** Of what comes to a host on the network; without a host the network's own. */
  get(network: string, host?: HostKey): Line;
  /** @param line undefined takes a host's own line back: it has its network's again */
  set(network: string, host: HostKey | undefined, line: Line | undefined): void;
  /** Whether the host has a line of its own there. */
  isOwn(network: string, host: HostKey): boolean;
  /** For forks. */
  entries(): Iterable<readonly [string, Line]>;
  restore(entries: Iterable<readonly [string, Line]>): void;
}

/** @param networks as they are when the range starts */
export function createLines(networks: readonly Network[]): Lines {
  const all = new Map<string, Line>();
  const nameOf = (network: string, host?: HostKey): string => (host === undefined ? network : `${network}/${host}`);
  for (const { key, latencyMs, lossRatio, lines = {} } of networks) {
    all.set(key, { latencyMs, lossRatio });
    for (const [host, line] of Object.entries(lines)) all.set(nameOf(key, host), line);
  }
  return {
    get: (network, host) => all.get(nameOf(network, host)) ?? all.get(network) ?? good,
    set(network, host, line) {
      if (line === undefined) all.delete(nameOf(network, host));
      else all.set(nameOf(network, host), line);
    },
    isOwn: (network, host) => all.has(nameOf(network, host)),
    entries: () => new Map(all),
    restore(entries) {
      all.clear();
      for (const [name, line] of entries) all.set(name, line);
    },
  };
}
