import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { dialects } from "../daemons/registry.ts";
import { bareWorld } from "../scenario/bare-world.ts";
import { catalogue } from "../scenario/catalogue.ts";
import { atFreshAddresses } from "../scenario/fresh-addresses.ts";
import { compileFor, type Stage, setStage } from "../scenario/stage.ts";
import { type KeptRange, keepRange } from "../session/keep-range.ts";
import { findRanges } from "../session/range-client.ts";
import type { RangeDescription } from "../session/range-protocol.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { Range } from "../world/engine.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { engineId, openLab, wholeNumber } from "./library.ts";
import { planText } from "./print-plan.ts";
import { progressFor } from "./print-progress.ts";

/** `maildrill up`: starts a scenario or a world and keeps it for other terminals until Ctrl-C or `maildrill down`. */
export const up: CliCommand = {
  define: (command) => {
    command
      .argument("<scenario|world>", "a codename, or the name of a base world")
      .option("--engine <engine>", "embedded or docker", "embedded")
      .option("--seed <n>", "whose names are drawn", "0")
      .option("--healthy", "as it is before anything was broken")
      .option("--dry-run", "print what would be created, and create nothing")
      .option("--json", "print what came up, or would, as one JSON document")
      .option("--detach", "leave it running in the background");
  },
  run: async (context, [name], options) => {
    if (options.dryRun === true) return printPlan(context, String(name), options);
    if (options.detach === true) return detach(context, String(name), options);
    const kept = await start(context, String(name), options);
    print(context, kept.description, options.json === true);
    if (options.json !== true) context.stdout.write("\nCtrl-C takes it down.\n");
    const interrupted = new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([interrupted, kept.ended]);
    if (!context.signal.aborted) return exit.done;
    await kept.down();
    await kept.ended;
    return exit.interrupted;
  },
};

async function start(context: CliContext, name: string, options: Readonly<Record<string, unknown>>): Promise<KeptRange> {
  // Sockets of processes that were killed would keep their names taken.
  await findRanges(runtimeFolder(context.env));
  const seed = wholeNumber(options.seed, "--seed", 0);
  const { range, stage } = await bringUp(context, name, { seed, healthy: options.healthy === true, engine: options.engine });
  return keepRange(range, {
    of: stage?.compiled.scenario.text.codename ?? name,
    ...(stage === undefined ? {} : { stage }),
    folder: runtimeFolder(context.env),
    dialects,
    wall: context.clock,
    pid: context.node.pid,
  });
}

interface Wanted {
  readonly seed: number;
  readonly healthy: boolean;
  readonly engine: unknown;
}

async function bringUp(context: CliContext, name: string, { seed, healthy, engine: id }: Wanted): Promise<{ range: Range; stage?: Stage }> {
  const { library, scenario } = openLab(context, name);
  const engine = await context.engine(engineId(id));
  const options = { signal: context.signal, ...progressFor(engine.id, context.stderr) };
  if (scenario !== undefined) {
    const stage = await setStage(scenario, engine, catalogue, { seed, healthy, ...options });
    return { range: stage.range, stage };
  }
  const raise = async (): Promise<Range> => engine.up(await bareWorld(name, library.worlds, engine, catalogue, { seed }), options);
  return { range: await atFreshAddresses(raise) };
}

/** A scenario's plan is that of the world before it was broken: it must not tell what is. */
async function printPlan(context: CliContext, name: string, options: Readonly<Record<string, unknown>>): Promise<number> {
  const { library, scenario } = openLab(context, name);
  const seed = wholeNumber(options.seed, "--seed", 0);
  const engine = await context.engine(engineId(options.engine));
  const world =
    scenario === undefined
      ? await bareWorld(name, library.worlds, engine, catalogue, { seed })
      : (await compileFor(engine, scenario, seed, catalogue)).healthy;
  const plan = engine.plan(world);
  const of = scenario?.text.codename ?? name;
  const text =
    options.json === true ? `${JSON.stringify({ of, engine: engine.id, seed, ...plan })}\n` : planText(plan, { engine: engine.id, of });
  context.stdout.write(text);
  return exit.done;
}

function print({ stdout }: CliContext, description: RangeDescription, json: boolean): void {
  if (json) {
    const { range, engine, seed, hosts, people } = description;
    stdout.write(`${JSON.stringify({ range, engine, seed, hosts, people })}\n`);
    return;
  }
  stdout.write(`${description.range} is up (${description.engine}, seed ${description.seed})\n\n`);
  for (const { name, address, daemons } of description.hosts)
    stdout.write(`  ${name.padEnd(10)} ${address.padEnd(15)} ${daemons.join(", ")}\n`);
  stdout.write(`\nIn another terminal:\n  maildrill run ${description.range} ${description.hosts.at(-1)?.name ?? "desk"} -- <command>\n`);
  stdout.write(`  maildrill check ${description.range}\n  maildrill down ${description.range}\n`);
}

/** Starts ourselves again in the background and waits until that process says what came up. */
function detach(context: CliContext, name: string, options: Readonly<Record<string, unknown>>): Promise<number> {
  const flags = [
    "--engine",
    String(options.engine),
    "--seed",
    String(options.seed),
    "--json",
    ...(options.healthy === true ? ["--healthy"] : []),
  ];
  const child = spawn(context.node.path, [context.node.script, "up", name, ...flags], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Until it has said what came up it is ours to stop.
  const stop = (): void => void child.kill("SIGTERM");
  context.signal.addEventListener("abort", stop, { once: true });
  child.stderr.on("data", (text: Buffer) => context.stderr.write(text.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? exit.no));
    createInterface({ input: child.stdout }).once("line", (line) => {
      child.removeAllListeners("exit");
      context.signal.removeEventListener("abort", stop);
      print(context, { ...(JSON.parse(line) as RangeDescription), of: name, pid: child.pid ?? 0 }, options.json === true);
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve(exit.done);
    });
  });
}
