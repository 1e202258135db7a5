import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { openEmbeddedEngine } from "../src/engines/embedded/standard.ts";
import { upWorld } from "../src/scenario/bare-world.ts";
import { catalogue } from "../src/scenario/catalogue.ts";
import { readScenarioFiles } from "../src/scenario/load-library.ts";
import { type Benchmark, calibrate, cpuMs, medianCpuMs, timed } from "./benchmark.ts";

const { worlds } = readScenarioFiles(".");
const engine = openEmbeddedEngine();
const bringUp = () => upWorld("small-office", worlds, engine, catalogue, { seed: 0 });

const mail = "From: dana@brook.example\nTo: alice@meadow.example\nSubject: Bench\n\nHello.\n";

async function firstMail(): Promise<void> {
  const range = await bringUp();
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
      const upMs = await medianCpuMs(5, async () => (await bringUp()).down());
      const mailMs = await medianCpuMs(5, firstMail);
      return [
        timed("office: load, compile and up, warm", upMs, calibrationMs, 60),
        timed("office: up and first mail, warm", mailMs, calibrationMs, 300),
      ];
    },
  },
  {
    name: "six-days",
    run: async () => {
      const calibrationMs = await calibrate();
      const range = await bringUp();
      // Nobody answers at the recipients' exchanger: deferral, retries, the bounce after five days.
      await range.apply({ effect: "firewall", host: "mx1", rule: { direction: "in", protocol: "tcp", port: 25, verdict: "drop" } });
      await range.apply({ effect: "firewall", host: "mx2", rule: { direction: "in", protocol: "tcp", port: 25, verdict: "drop" } });
      const recipients = ["alice", "bob", "carol"].map((user) => `${user}@meadow.example`).join(" ");
      await range.run("sender", `sendmail -f dana@brook.example ${recipients}`, { stdin: mail });
      const ms = await cpuMs(() => range.time.advance(6 * 24 * 3600 * 1000));
      await range.down();
      return [timed("office: six days of retries, lapse pace", ms, calibrationMs)];
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
