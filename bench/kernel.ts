import { createRandom } from "../src/base/random.ts";
import { createVirtualClock } from "../src/engines/embedded/clock/virtual-clock.ts";
import { forkRange } from "../src/engines/embedded/fork.ts";
import { createLiveRange, type LiveRange } from "../src/engines/embedded/live-range.ts";
import { createProcess } from "../src/engines/embedded/process.ts";
import type { VirtualSocket } from "../src/engines/embedded/wire/network-stack.ts";
import { createWire } from "../src/engines/embedded/wire/wire.ts";
import { type Benchmark, calibrate, collector, type Measurement, medianCpuMs, timed } from "./benchmark.ts";
import { idleDaemons, tenHosts } from "./ten-hosts.ts";

const kit = {
  daemons: idleDaemons,
  shell: () => {
    throw new Error("no shell in this benchmark");
  },
};

async function up(seed: number): Promise<LiveRange> {
  const range = createLiveRange(tenHosts(seed), kit);
  for (const machine of range.machines) machine.boot();
  await range.clock.settle();
  return range;
}

/** The embedded engine without its daemons: budgets of issue 2. */
export const kernelBenchmarks: readonly Benchmark[] = [
  { name: "kernel-up", run: measureUp },
  { name: "kernel-idle", run: measureIdle },
  { name: "kernel-retries", run: measureRetries },
  { name: "kernel-wire", run: measureWire },
];

async function measureUp(): Promise<readonly Measurement[]> {
  const calibration = await calibrate();
  const world = tenHosts(1);
  const boot = async (): Promise<LiveRange> => {
    const range = createLiveRange(world, kit);
    for (const machine of range.machines) machine.boot();
    await range.clock.settle();
    return range;
  };
  for (let warm = 0; warm < 20; warm++) (await boot()).down();
  const upMs = await medianCpuMs(21, async () => (await boot()).down());
  const original = await boot();
  const forkMs = await medianCpuMs(21, async () => (await forkRange(original, kit)).down());
  return [timed("up, warm, 10 hosts", upMs, calibration, 60), timed("fork of an idle range", forkMs, calibration)];
}

/** The collector is called by hand, so that the figure does not depend on when it last ran. */
async function measureIdle(): Promise<readonly Measurement[]> {
  const ranges: LiveRange[] = [];
  for (let seed = 0; seed < 20; seed++) ranges.push(await up(seed));
  const collect = await collector();
  collect();
  const before = process.memoryUsage();
  const count = 1000;
  for (let index = 0; index < count; index++) ranges.push(await up(1000 + index));
  collect();
  const after = process.memoryUsage();
  // A thousand ranges live side by side: each still moves on its own.
  for (const range of ranges) await range.clock.advance(1000);
  for (const range of ranges) range.down();
  const perRange = (kind: "heapUsed" | "rss"): number => Math.round(((after[kind] - before[kind]) / count / 1024) * 10) / 10;
  return [
    { name: "idle range, heap", value: perRange("heapUsed"), unit: "KB", budget: 400 },
    { name: "idle range, resident, of 1000 in one process", value: perRange("rss"), unit: "KB", budget: 400 },
  ];
}

/**
 * What six days of retries to eight recipients ask of the clock and the wire: a queue run every 300 s, and at Postfix's longest
 * backoff a connection for each recipient, half of them never answered, half a short dialogue. A third of the budget for the whole.
 */
async function measureRetries(): Promise<readonly Measurement[]> {
  const calibration = await calibrate();
  const sixDays = async (): Promise<void> => {
    const { clock, client, server } = twoHosts();
    server.listen(25, (socket) => converse(socket));
    let runs = 0;
    const run = (): void => {
      clock.setTimeout(run, 300_000);
      if (runs++ % 13 !== 0) return;
      for (let recipient = 0; recipient < 8; recipient++) {
        const address = recipient % 2 === 0 ? "203.0.113.2" : "203.0.113.60";
        converse(client.connect({ address, port: 25, timeoutMs: 30_000 }), "EHLO a\r\n");
      }
    };
    run();
    await clock.advance(6 * 24 * 3_600_000);
  };
  await sixDays();
  return [timed("six virtual days of retries, kernel only", await medianCpuMs(5, sixDays), calibration, 200)];
}

/** A command and its echo, three times over, then the end. */
function converse(socket: VirtualSocket, first?: string): void {
  let left = 3;
  socket.on("error", () => {});
  if (first !== undefined) socket.write(first);
  socket.on("data", (chunk: Buffer) => {
    if (left-- > 0) socket.write(chunk);
    else socket.end();
  });
}

async function measureWire(): Promise<readonly Measurement[]> {
  const calibration = await calibrate();
  const bytes = 10 * 1024 * 1024;
  const transfer = async (): Promise<void> => {
    const { clock, client, server } = twoHosts();
    let received = 0;
    server.listen(25, (socket) => socket.on("data", (chunk: Buffer) => void (received += chunk.length)));
    const socket = client.connect({ address: "203.0.113.2", port: 25 });
    const chunk = Buffer.alloc(16 * 1024, "x");
    for (let sent = 0; sent < bytes; sent += chunk.length) socket.write(chunk);
    await clock.advance(60_000);
    if (received !== bytes) throw new Error(`${received} bytes arrived`);
  };
  await transfer();
  return [timed("10 MiB over the wire in 16 KiB writes", await medianCpuMs(5, transfer), calibration)];
}

function twoHosts() {
  const clock = createVirtualClock(0);
  const bare = { owner: "org", duties: [], nameservers: [], daemons: [], files: {}, firewall: [], disks: [], mailboxes: [] };
  const hosts = [2, 3].map((offset) => ({
    ...bare,
    key: `h${offset}`,
    name: `h${offset}.meadow.example`,
    interfaces: [{ network: "internet", address: `203.0.113.${offset}` }],
  }));
  const networks = [{ key: "internet", cidr: "203.0.113.0/26", latencyMs: 10, lossRatio: 0 }];
  const wire = createWire(clock, createRandom(1), networks, hosts);
  const process = createProcess(clock);
  return { clock, server: wire.stack("h2", process), client: wire.stack("h3", process) };
}
