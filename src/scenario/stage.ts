import { unlessAborted } from "../base/unless-aborted.ts";
import { composeMail } from "../mail/compose.ts";
import { sendmailCommand } from "../mail/sendmail.ts";
import type { Engine, Range, UpOptions } from "../world/engine.ts";
import { type HostKey, hostsWith } from "../world/world.ts";
import { type CompiledScenario, compileScenario, type EscalationStep, type Step } from "./compile.ts";
import type { CompiledMail } from "./compile-mail.ts";
import { atFreshAddresses } from "./fresh-addresses.ts";
import type { Catalogue } from "./load-catalogue.ts";
import type { Scenario } from "./scenario.ts";
import { shapeOf } from "./shape.ts";
import { variantFor } from "./variant.ts";

/** A scenario in a running range, its mail sent. */
export interface Stage {
  readonly compiled: CompiledScenario;
  readonly range: Range;
}

export interface StageOptions extends UpOptions {
  readonly seed: number;
  /** Starts the world before it was broken. */
  readonly healthy?: boolean;
}

/** How long nothing may be under way until the range has come to rest: by a clock that jumps, and by the wall's ... */
const quietMs = { virtual: 10_000, wall: 1_500 };
/** ... and it is called restless after so long. */
const restlessMs = 120_000;

/**
 * What the learner with this seed meets on this engine: the variant that the seed picks, at addresses that the engine sets aside.
 * @throws ProblemError when the engine has none to give
 */
export async function compileFor(engine: Engine, scenario: Scenario, seed: number, catalogue: Catalogue): Promise<CompiledScenario> {
  const chosen = variantFor(scenario, seed);
  return compileScenario(chosen, seed, await engine.reserve(shapeOf(chosen.blueprint), seed), catalogue);
}

/**
 * Reserves addresses, compiles the scenario for the seed, starts the world, sends the scenario's mail and lets it take its course.
 * @throws ProblemError when the engine cannot start it; nothing is left running then
 */
export async function setStage(scenario: Scenario, engine: Engine, catalogue: Catalogue, options: StageOptions): Promise<Stage> {
  const { compiled, range } = await atFreshAddresses(async () => {
    const compiled = await compileFor(engine, scenario, options.seed, catalogue);
    return { compiled, range: await engine.up(options.healthy === true ? compiled.healthy : compiled.broken, options) };
  });
  try {
    for (const mail of compiled.mail) await unlessAborted(sendMail(range, mail), options.signal);
    await unlessAborted(comeToRest(range), options.signal);
    return { compiled, range };
  } catch (error) {
    await range.down();
    throw error;
  }
}

/**
 * The stage of a session whose range outlived the process that had it, as it stands now; undefined where none does.
 * @throws ProblemError when the range is there and cannot be taken up
 */
export async function takeUpStage(
  scenario: Scenario,
  { standing }: Engine,
  catalogue: Catalogue,
  { seed, session, ...options }: UpOptions & { readonly seed: number; readonly session: string },
): Promise<Stage | undefined> {
  const chosen = variantFor(scenario, seed);
  const plan = await standing?.find(session, shapeOf(chosen.blueprint));
  if (standing === undefined || plan === undefined) return undefined;
  const compiled = compileScenario(chosen, seed, plan, catalogue);
  return { compiled, range: await standing.takeUp(session, compiled.broken, options) };
}

/** Hands a mail in on its host, as its users' programs do. */
export async function sendMail(range: Range, { from, message, messageId }: Omit<CompiledMail, "id">): Promise<void> {
  const text = composeMail(message, { messageId, atMs: range.time.now() });
  await range.run(from, sendmailCommand(message.from, message.to), { stdin: text });
}

/**
 * Lets time pass until no queue holds mail under way and nothing more is logged. Mail that waits for a retry does not count as
 * under way.
 */
export async function comeToRest(range: Range): Promise<void> {
  const startedAtMs = range.time.now();
  let seen = -1;
  while (range.time.now() - startedAtMs < restlessMs) {
    if (seen === range.lines().length && !(await isUnderWay(range))) return;
    seen = range.lines().length;
    await range.time.advance(range.time.jumps ? quietMs.virtual : quietMs.wall);
  }
}

/** Queues in which mail lies until something else happens (a retry, an administrator). */
const waits: ReadonlySet<string> = new Set(["deferred", "hold", "corrupt"]);

async function isUnderWay(range: Range): Promise<boolean> {
  const queues = await Promise.all(hostsWith(range.world, "postfix").map((host) => range.ask({ ask: "queue", host })));
  return queues.some(({ entries }) => entries.some(({ queue }) => !waits.has(queue)));
}

/** What a step of a solution or trap printed. */
export interface StepOutcome {
  readonly step: Step;
  readonly output: string;
  readonly code: number;
}

/** Plays a step that needs nothing but the range: a command line on a host, or waiting. */
export async function playStep(range: Range, step: Exclude<Step, EscalationStep>, actor: string): Promise<StepOutcome> {
  if ("waitMs" in step) {
    await range.time.advance(step.waitMs);
    return { step, output: "", code: 0 };
  }
  const { stdout, stderr, code } = await range.run(step.on, step.run, { actor });
  return { step, output: stdout + stderr, code };
}

/** Hosts whose shells and logs the learner has: those of the own organisation. */
export function learnersHosts({ compiled }: Stage): HostKey[] {
  return compiled.healthy.hosts.filter(({ owner }) => owner === "org").map(({ key }) => key);
}
