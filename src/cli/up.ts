import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { ProblemError } from "../base/problem.ts";
import { dialects } from "../daemons/registry.ts";
import { bareWorld } from "../scenario/bare-world.ts";
import { catalogue } from "../scenario/catalogue.ts";
import { atFreshAddresses } from "../scenario/fresh-addresses.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { compileFor, type Stage, setStage } from "../scenario/stage.ts";
import { type KeepOptions, keepRange } from "../session/keep-range.ts";
import { startLearnerSession } from "../session/learner-session.ts";
import { findRanges } from "../session/range-client.ts";
import type { RangeDescription } from "../session/range-protocol.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { Range } from "../world/engine.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { defineLearner, type Learner, openLearner } from "./learner.ts";
import { engineId, openLab, wholeNumber } from "./library.ts";
import { planText } from "./print-plan.ts";
import { printProblems } from "./print-problems.ts";
import { progressFor } from "./print-progress.ts";
import { openSessionLog, saveRest } from "./session-file.ts";

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
    defineLearner(command);
  },
  run: async (context, [name], options) => {
    if (options.dryRun === true) return printPlan(context, String(name), options);
    if (options.detach === true) return detach(context, String(name), options);
    const { scenario } = openLab(context, String(name));
    // Before anything runs; and sockets of processes that were killed would keep their names taken.
    await findRanges(runtimeFolder(context.env));
    // Who starts a scenario as it was before anything was broken looks at it, and plays nothing.
    if (scenario === undefined || options.healthy === true) return keep(context, options, await bringUp(context, String(name), options));
    const learner = openLearner(context, options);
    try {
      return await keepPlayed(context, options, scenario, learner);
    } finally {
      learner.journal.close();
    }
  },
};

/** What is to be kept: a range, and where a scenario plays in it, who plays it. */
type Raised = { readonly range: Range; readonly of: string } & Pick<KeepOptions, "stage" | "played">;

/** Keeps a range until it is taken down, or we are interrupted. @returns the exit code */
async function keep(context: CliContext, options: Readonly<Record<string, unknown>>, { range, ...raised }: Raised): Promise<number> {
  const folder = runtimeFolder(context.env);
  const onLost = ({ problems }: ProblemError): void => printProblems(problems, context);
  const kept = await keepRange(range, { ...raised, folder, dialects, wall: context.clock, pid: context.node.pid, onLost });
  print(context, kept.description, { isPlayed: raised.played !== undefined, json: options.json === true });
  const over = raised.played === undefined ? "" : " Its session ends with it; `maildrill play` has sessions that wait.";
  if (options.json !== true) context.stdout.write(`\nCtrl-C takes it down.${over}\n`);
  const interrupted = new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve(), { once: true }));
  await Promise.race([interrupted, kept.ended]);
  if (!context.signal.aborted) return exit.done;
  await kept.down();
  await kept.ended;
  return exit.interrupted;
}

/** The same with a session of the learner's in it, which begins and ends with the range. */
async function keepPlayed(
  context: CliContext,
  options: Readonly<Record<string, unknown>>,
  scenario: Scenario,
  learner: Learner,
): Promise<number> {
  const seed = wholeNumber(options.seed, "--seed", 0);
  const engine = await context.engine(engineId(options.engine));
  let stage: Stage | null = null;
  const rangeNow = (): number | null => stage?.range.time.now() ?? null;
  const log = openSessionLog(context, scenario, learner, {
    engine: engine.id,
    seed,
    kept: true,
    rangeNow,
    onTrouble: (problem) => printProblems([problem], context),
  });
  try {
    const session = await startLearnerSession({
      log,
      canReplay: false,
      dialects,
      pid: context.node.pid,
      wayOut: "`maildrill reset` begins it again once the engine is back; `maildrill down` ends it.",
      build: () => setStage(scenario, engine, catalogue, { seed, signal: context.signal, ...progressFor(engine.id, context.stderr) }),
      onStage: (now) => {
        stage = now;
      },
      bringBack: async () => {},
    });
    await session.begin();
    const { range } = session.stage();
    const of = scenario.text.codename;
    return await keep(context, options, { range, of, stage: session.stage(), played: { session, entries: log.entries } });
  } finally {
    context.stderr.write(saveRest(learner, log));
  }
}

async function bringUp(context: CliContext, name: string, options: Readonly<Record<string, unknown>>): Promise<Raised> {
  const { library, scenario } = openLab(context, name);
  const seed = wholeNumber(options.seed, "--seed", 0);
  const engine = await context.engine(engineId(options.engine));
  const how = { signal: context.signal, ...progressFor(engine.id, context.stderr) };
  if (scenario !== undefined) {
    const stage = await setStage(scenario, engine, catalogue, { seed, healthy: options.healthy === true, ...how });
    return { range: stage.range, of: scenario.text.codename, stage };
  }
  const raise = async (): Promise<Range> => engine.up(await bareWorld(name, library.worlds, engine, catalogue, { seed }), how);
  return { range: await atFreshAddresses(raise), of: name };
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

interface Shown {
  /** Somebody plays a scenario in it. */
  readonly isPlayed: boolean;
  readonly json: boolean;
}

function print({ stdout }: CliContext, description: RangeDescription, { isPlayed, json }: Shown): void {
  if (json) {
    const { range, engine, seed, hosts, people } = description;
    stdout.write(`${JSON.stringify({ range, engine, seed, hosts, people })}\n`);
    return;
  }
  stdout.write(`${description.range} is up (${description.engine}, seed ${description.seed})\n\n`);
  for (const { name, address, daemons } of description.hosts)
    stdout.write(`  ${name.padEnd(10)} ${address.padEnd(15)} ${daemons.join(", ")}\n`);
  stdout.write("\nIn another terminal:\n");
  if (isPlayed) stdout.write(`  maildrill ticket ${description.range}\n`);
  stdout.write(`  maildrill run ${description.range} ${description.hosts.at(-1)?.name ?? "desk"} -- <command>\n`);
  stdout.write(`  maildrill check ${description.range}\n  maildrill down ${description.range}\n`);
}

/** Starts ourselves again in the background and waits until that process says what came up. */
function detach(context: CliContext, name: string, options: Readonly<Record<string, unknown>>): Promise<number> {
  const isPlayed = openLab(context, name).scenario !== undefined && options.healthy !== true;
  const flags = [
    "--engine",
    String(options.engine),
    "--seed",
    String(options.seed),
    "--json",
    ...(options.healthy === true ? ["--healthy"] : []),
    ...["learner", "journal"].flatMap((option) => (typeof options[option] === "string" ? [`--${option}`, options[option]] : [])),
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
      const description = { ...(JSON.parse(line) as RangeDescription), of: name, pid: child.pid ?? 0 };
      print(context, description, { isPlayed, json: options.json === true });
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve(exit.done);
    });
  });
}
