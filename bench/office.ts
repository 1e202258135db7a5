import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { openEmbeddedEngine } from "../src/engines/embedded/standard.ts";
import { bareWorld } from "../src/scenario/bare-world.ts";
import { catalogue } from "../src/scenario/catalogue.ts";
import { readScenarioFiles } from "../src/scenario/load-library.ts";
import { type Benchmark, calibrate, collector, cpuMs, medianCpuMs, timed } from "./benchmark.ts";

const { worlds } = readScenarioFiles(".");
const engine = openEmbeddedEngine();
const worldAt = (pace: "stock" | "lapse") => bareWorld("small-office", worlds, engine, catalogue, { seed: 0, pace });
const lapse = await worldAt("lapse");
const stock = await worldAt("stock");

const mail = "From: dana@brook.example\nTo: alice@meadow.example\nSubject: Bench\n\nHello.\n";

async function firstMail(): Promise<void> {
  const range = await engine.up(lapse);
  await range.run("sender", "sendmail -f dana@brook.example alice@meadow.example", { stdin: mail });
  await range.time.advance(5_000);
  await range.down();
}

/** The whole office with its simulated programs, and the program's own start. */
export const officeBenchmarks: readonly Benchmark[] = [
  {
    name: "office",
    run: async () => {
      const calibrationMs = await calibrate();
      await firstMail();
      const upMs = await medianCpuMs(5, async () => (await engine.up(lapse)).down());
      const mailMs = await medianCpuMs(5, firstMail);
      return [timed("office: up, warm", upMs, calibrationMs, 60), timed("office: up and first mail, warm", mailMs, calibrationMs, 300)];
    },
  },
  {
    name: "six-days",
    run: async () => {
      const calibrationMs = await calibrate();
      const sixDays = async (): Promise<number> => {
        const range = await engine.up(stock);
        await range.run("sender", "postconf -e delay_warning_time=4h && postfix reload");
        // Nobody answers at the recipients' exchangers: deferral, retries, the warning after 4 h, the bounce after 5 d.
        for (const host of ["mx1", "mx2"]) {
          await range.apply({ effect: "firewall", host, rule: { direction: "in", protocol: "tcp", port: 25, verdict: "drop" } });
        }
        const recipients = Array.from({ length: 8 }, (_, number) => `person${number}@meadow.example`).join(" ");
        await range.run("sender", `sendmail -f dana@brook.example ${recipients}`, { stdin: mail });
        const ms = await cpuMs(() => range.time.advance(6 * 24 * 3600 * 1000));
        await range.down();
        return ms;
      };
      await sixDays();
      const times = [await sixDays(), await sixDays(), await sixDays()].sort((left, right) => left - right);
      return [timed("office: six days of retries to 8 recipients, warm", times[1] ?? 0, calibrationMs, 600)];
    },
  },
  {
    name: "idle-office",
    run: async () => {
      const collect = await collector();
      await engine.up(lapse);
      collect();
      const before = process.memoryUsage();
      const ranges = [];
      for (let number = 0; number < 1000; number++) ranges.push(await engine.up(lapse));
      collect();
      const after = process.memoryUsage();
      const per = (kind: "heapUsed" | "rss"): number => Math.round((after[kind] - before[kind]) / ranges.length / 1024);
      for (const range of ranges) await range.down();
      return [
        { name: "idle office, heap", value: per("heapUsed"), unit: "KB", budget: 400 },
        { name: "idle office, resident, of 1000 in one process", value: per("rss"), unit: "KB", budget: 400 },
      ];
    },
  },
  {
    name: "version",
    run: async () => {
      if (!existsSync("dist/main.js")) throw new Error("build first: npm run build");
      const ratios = Array.from({ length: 9 }, () => wallMs(["bin/maildrill.mjs", "--version"]) / wallMs(["-e", "0"]));
      ratios.sort((left, right) => left - right);
      return [
        { name: "maildrill --version against node -e 0", value: Math.round((ratios[4] ?? 0) * 100) / 100, unit: "ratio", budget: 1.3 },
      ];
    },
  },
];

function wallMs(args: readonly string[]): number {
  const startedAt = performance.now();
  spawnSync(process.execPath, args);
  return performance.now() - startedAt;
}
