import { createRandom } from "../../../../src/base/random.ts";
import { createVirtualClock, type VirtualClock } from "../../../../src/engines/embedded/clock/virtual-clock.ts";
import { createProcess, type Process } from "../../../../src/engines/embedded/process.ts";
import type { NetworkStack, VirtualSocket } from "../../../../src/engines/embedded/wire/network-stack.ts";
import { createWire, type Wire } from "../../../../src/engines/embedded/wire/wire.ts";
import type { FirewallRule, Host } from "../../../../src/world/world.ts";

/** Three hosts on two networks: `inside` on the office only, `outside` on the internet only, `gate` on both. */
export interface Bench {
  readonly clock: VirtualClock;
  readonly wire: Wire;
  readonly stacks: Readonly<Record<"inside" | "outside" | "gate", NetworkStack>>;
  readonly processes: Readonly<Record<"inside" | "outside" | "gate", Process>>;
}

export const ADDRESS = { inside: "198.51.100.5", outside: "203.0.113.9", gate: "203.0.113.2", gateInside: "198.51.100.2" } as const;

export function createBench(
  options: { readonly lossRatio?: number; readonly seed?: number; readonly firewall?: readonly FirewallRule[] } = {},
): Bench {
  const clock = createVirtualClock(0);
  const { lossRatio = 0, seed = 1, firewall = [] } = options;
  const networks = [
    { key: "office", cidr: "198.51.100.0/26", latencyMs: 1, lossRatio: 0 },
    { key: "internet", cidr: "203.0.113.0/26", latencyMs: 10, lossRatio },
  ];
  const hosts = [
    bareHost("inside", [["office", ADDRESS.inside]], []),
    bareHost("outside", [["internet", ADDRESS.outside]], []),
    bareHost(
      "gate",
      [
        ["office", ADDRESS.gateInside],
        ["internet", ADDRESS.gate],
      ],
      firewall,
    ),
  ];
  const wire = createWire(clock, createRandom(seed), networks, hosts);
  const processes = { inside: createProcess(clock), outside: createProcess(clock), gate: createProcess(clock) };
  const stacks = {
    inside: wire.stack("inside", processes.inside),
    outside: wire.stack("outside", processes.outside),
    gate: wire.stack("gate", processes.gate),
  };
  return { clock, wire, stacks, processes };
}

function bareHost(key: string, interfaces: readonly (readonly [string, string])[], firewall: readonly FirewallRule[]): Host {
  return {
    key,
    name: `${key}.meadow.example`,
    owner: "org",
    duties: [],
    interfaces: interfaces.map(([network, address]) => ({ network, address })),
    nameservers: [],
    daemons: [],
    files: {},
    firewall,
    disks: [],
    mailboxes: [],
  };
}

/** Everything that happens to a socket, with the instant. */
export function record(clock: VirtualClock, socket: VirtualSocket): string[] {
  const events: string[] = [];
  const note = (text: string): void => void events.push(`${clock.now()} ${text}`);
  socket.on("connect", () => note("connect"));
  socket.on("data", (chunk: Buffer) => note(`data ${chunk.toString("latin1")}`));
  socket.on("end", () => note("end"));
  socket.on("timeout", () => note("timeout"));
  socket.on("error", (error: NodeJS.ErrnoException) => note(`error ${error.code}`));
  socket.on("close", () => note("close"));
  return events;
}
