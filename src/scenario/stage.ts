import { composeMail } from "../mail/compose.ts";
import { sendmailCommand } from "../mail/sendmail.ts";
import type { Engine, Range, UpOptions } from "../world/engine.ts";
import type { HostKey } from "../world/world.ts";
import { type CompiledScenario, compileScenario, type Step } from "./compile.ts";
import type { CompiledMail } from "./compile-mail.ts";
import type { Catalogue } from "./load-catalogue.ts";
import type { Scenario } from "./scenario.ts";
import { shapeOf } from "./shape.ts";

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

/** The range has come to rest when it has logged nothing for so long ... */
const quietMs = 10_000;
/** ... or when this much has passed. */
const restlessMs = 120_000;

/**
 * Reserves addresses, compiles the scenario for the seed, starts the world, sends the scenario's mail and lets it take its course.
 * @throws ProblemError when the engine cannot start it; nothing is left running then
 */
export async function setStage(scenario: Scenario, engine: Engine, catalogue: Catalogue, options: StageOptions): Promise<Stage> {
  const plan = await engine.reserve(shapeOf(scenario.blueprint), options.seed);
  const compiled = compileScenario(scenario, options.seed, plan, catalogue);
  const range = await engine.up(options.healthy === true ? compiled.healthy : compiled.broken, options);
  try {
    for (const mail of compiled.mail) {
      options.signal?.throwIfAborted();
      await sendMail(range, mail);
    }
    await comeToRest(range);
    return { compiled, range };
  } catch (error) {
    await range.down();
    throw error;
  }
}

/** Hands a mail in on its host, as its users' programs do. */
export async function sendMail(range: Range, { from, message, messageId }: Omit<CompiledMail, "id">): Promise<void> {
  const text = composeMail(message, { messageId, atMs: range.time.now() });
  await range.run(from, sendmailCommand(message.from, message.to), { stdin: text });
}

/** Lets time pass until the mail under way has gone where it goes. Mail that waits for a retry does not count as under way. */
export async function comeToRest(range: Range): Promise<void> {
  const startedAtMs = range.time.now();
  let seen = -1;
  while (seen !== range.lines().length && range.time.now() - startedAtMs < restlessMs) {
    seen = range.lines().length;
    await range.time.advance(quietMs);
  }
}

/** What a step of a solution or trap printed. */
export interface StepOutcome {
  readonly step: Step;
  readonly output: string;
  readonly code: number;
}

/** Plays steps in order: command lines on hosts, and waiting. */
export async function playStep(range: Range, step: Step, actor: string): Promise<StepOutcome> {
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
