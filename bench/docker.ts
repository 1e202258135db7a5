import { connectDocker, type DockerClient } from "../src/engines/docker/client.ts";
import { labels } from "../src/engines/docker/labels.ts";
import { ownerOf } from "../src/engines/docker/owner.ts";
import { openDockerEngine } from "../src/engines/docker/standard.ts";
import { bareWorld } from "../src/scenario/bare-world.ts";
import { catalogue } from "../src/scenario/catalogue.ts";
import { readScenarioFiles } from "../src/scenario/load-library.ts";
import type { Effect } from "../src/world/effect.ts";
import type { Engine, Range } from "../src/world/engine.ts";
import type { Benchmark, Measurement } from "./benchmark.ts";
import { composeCommand, composeRange } from "./docker-compose.ts";
import { floorRange } from "./docker-floor.ts";

const MiB = 1024 * 1024;
const rounds = 5;
const { worlds } = readScenarioFiles(".");
const worldOn = (engine: Engine) => bareWorld("small-office", worlds, engine, catalogue, { seed: 0 });

/** Ranges on real containers; only where an engine answers. Wall times, hence as ratios of what was measured in turn with them. */
export const dockerBenchmarks: readonly Benchmark[] = [
  { name: "docker-up", run: () => withDocker(measureUp) },
  { name: "docker-range", run: () => withDocker(measureRange) },
  { name: "docker-four", run: () => withDocker(measureFour) },
];

async function withDocker(measure: (engine: Engine, client: DockerClient) => Promise<Measurement[]>): Promise<readonly Measurement[]> {
  try {
    await connectDocker(process.env);
  } catch (error) {
    process.stdout.write(`not measured, no engine: ${(error as Error).message}\n`);
    return [];
  }
  return measure(await openDockerEngine(process.env), await connectDocker(process.env));
}

async function wallMs(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return performance.now() - startedAtMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

const ms = (name: string, value: number, budget?: number): Measurement => ({
  name,
  value: Math.round(value * 10) / 10,
  unit: "ms",
  ...(budget === undefined ? {} : { budget }),
});
const ratio = (name: string, value: number, budget: number): Measurement => ({
  name,
  value: Math.round(value * 100) / 100,
  unit: "ratio",
  budget,
});

async function measureUp(engine: Engine, client: DockerClient): Promise<Measurement[]> {
  const command = composeCommand();
  if (command === undefined) process.stdout.write("not measured, there is no compose: docker: up against compose\n");
  const times: Record<"up" | "down" | "floorUp" | "floorDown" | "compose", number[]> = {
    up: [],
    down: [],
    floorUp: [],
    floorDown: [],
    compose: [],
  };
  for (let round = 0; round < rounds; round++) {
    const floor = await floorRange(client, await worldOn(engine), round);
    times.floorUp.push(await wallMs(floor.up));
    times.floorDown.push(await wallMs(floor.down));
    const world = await worldOn(engine);
    let range: Range | undefined;
    times.up.push(await wallMs(async () => (range = await engine.up(world))));
    times.down.push(await wallMs(async () => range?.down()));
    if (command === undefined) continue;
    // Compose takes the addresses that its file names, so they are chosen anew each time: some block may have become taken.
    const compose = composeRange(client, await worldOn(engine), command);
    try {
      times.compose.push(await wallMs(compose.up));
    } finally {
      await compose.down();
      compose.forget();
    }
  }
  const [up, floor] = [median(times.up), median(times.floorUp)];
  return [
    ms("docker: floor, up", floor),
    ms("docker: floor, teardown", median(times.floorDown)),
    ms("docker: up", up),
    ratio("docker: up against floor", up / floor, 1.6),
    ...(command === undefined ? [] : [ratio("docker: up against compose, readiness counted", up / median(times.compose), 1)]),
    ratio("docker: teardown against floor", median(times.down) / median(times.floorDown), 1.2),
  ];
}

/** Faults of unlike kinds; each must come and go in time. */
const faults: readonly Effect[] = [
  { effect: "parameter", host: "mx1", name: "message_size_limit", value: "20480" },
  { effect: "record", host: "ns1", zone: "meadow.example", edits: [{ add: { name: "www", type: "A", data: "203.0.113.99" } }] },
  { effect: "firewall", host: "mx1", rule: { direction: "in", protocol: "tcp", port: 25, verdict: "drop" } },
  { effect: "daemon", host: "resolver", daemon: "bind", action: "freeze" },
  { effect: "daemon", host: "mx2", daemon: "postfix", action: "stop" },
  { effect: "link", network: "office", latencyMs: 200 },
];

async function measureRange(engine: Engine, { docker }: DockerClient): Promise<Measurement[]> {
  const range = await engine.up(await worldOn(engine));
  try {
    const containers = await docker.listContainers({ filters: { label: [`${labels.owner}=${ownerOf()}`] } });
    const used = await Promise.all(
      containers.map(async ({ Id }) => (await docker.getContainer(Id).stats({ stream: false })).memory_stats.usage ?? 0),
    );
    const echo = await echoMs(range);
    const changes: Measurement[] = [];
    for (const effect of faults) {
      const [applies, reverts]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        let revert = async (): Promise<unknown> => undefined;
        applies.push(
          await wallMs(async () => {
            revert = (await range.apply(effect)).revert;
          }),
        );
        reverts.push(await wallMs(() => revert()));
      }
      const what = effect.effect === "daemon" ? `daemon ${effect.action}` : effect.effect;
      changes.push(ms(`docker: ${what}, apply`, median(applies), 500), ms(`docker: ${what}, revert`, median(reverts), 500));
    }
    return [
      { name: "docker: memory of a range", value: Math.round(used.reduce((sum, bytes) => sum + bytes, 0) / MiB), unit: "MiB", budget: 230 },
      ms("docker: echo of a key in a shell", echo, 10),
      ...changes,
    ];
  } finally {
    await range.down();
  }
}

async function echoMs(range: Range): Promise<number> {
  const terminal = await range.terminal("desk", { columns: 80, rows: 24 });
  let heard = (_output: string): void => {};
  terminal.onOutput((output) => heard(output));
  const until = (text: string): Promise<void> =>
    new Promise((resolve) => {
      heard = (output) => output.includes(text) && resolve();
    });
  const prompt = until("# ");
  terminal.write("\r");
  await prompt;
  const times: number[] = [];
  for (const key of "abcdefghijklmnopqrstuvwxy") {
    times.push(
      await wallMs(() => {
        const echoed = until(key);
        terminal.write(key);
        return echoed;
      }),
    );
  }
  terminal.close();
  return median(times);
}

async function measureFour(engine: Engine): Promise<Measurement[]> {
  const ranges: Range[] = [];
  try {
    const upMs = await wallMs(async () => {
      const started = [1, 2, 3, 4].map(async () => void ranges.push(await engine.up(await worldOn(engine))));
      const failed = (await Promise.allSettled(started)).find((each) => each.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    });
    return [ms("docker: four ranges up at once", upMs)];
  } finally {
    await Promise.all(ranges.map((range) => range.down()));
  }
}
