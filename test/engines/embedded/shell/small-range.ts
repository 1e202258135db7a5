import { createLiveRange, type LiveRange } from "../../../../src/engines/embedded/live-range.ts";
import { createShell } from "../../../../src/engines/embedded/shell/bash.ts";
import type { SimulatedDaemon } from "../../../../src/engines/embedded/simulated-daemon.ts";
import type { Host, World } from "../../../../src/world/world.ts";

/** Tuesday, 24 November 2026, 04:00:00 UTC */
export const startsAtMs = Date.UTC(2026, 10, 24, 4, 0, 0);

export interface SmallRangeOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly daemons?: readonly SimulatedDaemon[];
  readonly disks?: Host["disks"];
  readonly firewall?: Host["firewall"];
}

/** Two hosts on one network, `desk` (with the files given) and `mx1`, and no daemon but those given, which run on mx1. */
export function smallRange(options: SmallRangeOptions = {}): LiveRange {
  const host = (key: string, name: string, address: string, more: Partial<Host> = {}): Host => ({
    ...{ key, name, owner: "org", duties: [], interfaces: [{ network: "office", address }], nameservers: [], daemons: [], files: {} },
    ...{ firewall: [], disks: [], mailboxes: [], ...more },
  });
  const names = "203.0.113.19\tmx1.meadow.example mx1\n203.0.113.21\tdesk.meadow.example desk\n";
  const daemons = (options.daemons ?? []).map(({ kind }) => ({ kind, state: "running" as const }));
  const world: World = {
    ...{ name: "two-hosts", seed: 1, pace: "stock", startsAtMs, organisations: [], people: [] },
    networks: [{ key: "office", cidr: "203.0.113.0/26", latencyMs: 1, lossRatio: 0 }],
    hosts: [
      host("desk", "desk.meadow.example", "203.0.113.21", { files: { "/etc/hosts": names, ...options.files }, disks: options.disks ?? [] }),
      host("mx1", "mx1.meadow.example", "203.0.113.19", { daemons, firewall: options.firewall ?? [] }),
    ],
  };
  const range = createLiveRange(world, { daemons: options.daemons ?? [], shell: createShell });
  for (const machine of range.machines) machine.boot();
  return range;
}
