import type { Clock } from "../base/clock.ts";
import { unlessAborted } from "../base/unless-aborted.ts";
import { evidenceText } from "../checks/check.ts";
import type { LogDialect } from "../daemons/daemon.ts";
import type { Engine } from "../world/engine.ts";
import { type Host, hasDaemon } from "../world/world.ts";
import type { CompiledScenario, Step, Trap } from "./compile.ts";
import type { Pin } from "./diagnosis.ts";
import { allPass, type Judged, judgeStage, rightAnswers } from "./judge.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { linePins, pinOf, playSteps } from "./play-steps.ts";
import type { Scenario } from "./scenario.ts";
import { comeToRest, learnersHosts, type Stage, setStage } from "./stage.ts";

export interface ProofSetup {
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly dialects: readonly LogDialect[];
  /** For `ms` only. */
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** What does not hold, in words that tell the author where to look. */
export class Unproved extends Error {}

async function onStage<T>(
  scenario: Scenario,
  seed: number,
  setup: ProofSetup,
  healthy: boolean,
  act: (stage: Stage) => Promise<T>,
): Promise<T> {
  const options = { seed, healthy, ...(setup.signal === undefined ? {} : { signal: setup.signal }) };
  const stage = await setStage(scenario, setup.engine, setup.catalogue, options);
  try {
    return await unlessAborted(act(stage), setup.signal);
  } finally {
    await stage.range.down();
  }
}

/** An exercise asks the learner to do something, so its objectives wait for that also when all is well. */
const isExercise = ({ faults }: Pick<CompiledScenario, "faults">): boolean => faults.length === 0;

/** The healthy world passes. */
export function proveHealthy(scenario: Scenario, seed: number, setup: ProofSetup): Promise<void> {
  return onStage(scenario, seed, setup, true, async (stage) => {
    const judged = await judgeStage(stage, setup.dialects);
    const wanted = judged.filter(({ kind, id }) => kind === "guard" || (!isExercise(stage.compiled) && !isQuestion(stage.compiled, id)));
    demand(wanted, "on the healthy world");
  });
}

function isQuestion({ objectives }: CompiledScenario, id: string): boolean {
  return objectives.some((objective) => objective.id === id && "question" in objective);
}

export interface BrokenWorld {
  readonly compiled: CompiledScenario;
  /** Ids of the objectives, all of which fail. */
  readonly failed: readonly string[];
  readonly pins: readonly Pin[];
}

/** Broken fails exactly the objectives, and shows its symptom; then the first solution mends it. */
export async function proveBroken(
  scenario: Scenario,
  seed: number,
  setup: ProofSetup,
): Promise<{ readonly broken: BrokenWorld; readonly solution: readonly Pin[] }> {
  const fromOther = await answersOfOther(scenario, seed + 1, setup, 0);
  return onStage(scenario, seed, setup, false, async (stage) => ({
    broken: await judgeBroken(stage, setup),
    // Judging leaves no trace, so what follows is as if nobody had looked.
    solution: await mend(stage, setup, 0, fromOther),
  }));
}

async function judgeBroken(stage: Stage, setup: ProofSetup): Promise<BrokenWorld> {
  const { compiled, range } = stage;
  const judged = await judgeStage(stage, setup.dialects);
  demand(
    judged.filter(({ kind }) => kind === "guard"),
    "on the broken world (what the fault itself breaks is an objective)",
  );
  const early = judged.find(({ kind, verdict }) => kind === "objective" && verdict.status === "pass");
  if (early !== undefined) throw new Unproved(`the objective ${early.id} passes on the broken world: ${early.verdict.says}`);
  const texts = [...range.lines().map(({ text }) => text), ...judged.flatMap(({ verdict }) => verdict.evidence.map(evidenceText))];
  const unseen = compiled.symptom.find((words) => !texts.some((text) => text.includes(words)));
  if (unseen !== undefined)
    throw new Unproved(`the symptom ${JSON.stringify(unseen)} stands in no log line and no reply of the broken world`);
  return { compiled, failed: judged.filter(({ kind }) => kind === "objective").map(({ id }) => id), pins: linePins(stage) };
}

/** What a learner sees in the logs of the broken world. */
export function seenBy(scenario: Scenario, seed: number, setup: ProofSetup): Promise<readonly Pin[]> {
  return onStage(scenario, seed, setup, false, async (stage) => linePins(stage));
}

/** A further solution mends too. @returns what it printed */
export async function proveSolution(scenario: Scenario, seed: number, setup: ProofSetup, number: number): Promise<readonly Pin[]> {
  const fromOther = await answersOfOther(scenario, seed + 1, setup, number);
  return onStage(scenario, seed, setup, false, (stage) => mend(stage, setup, number, fromOther));
}

/**
 * A solution mends: all objectives and guards together, then again after a queue run, a reload and a restart.
 * @param fromOther another learner's right answers, which are wrong here
 * @returns what its commands printed
 */
async function mend(stage: Stage, setup: ProofSetup, number: number, fromOther: Readonly<Record<string, string>>): Promise<readonly Pin[]> {
  const pins: Pin[] = [];
  for await (const outcome of playSteps(stage, stage.compiled.solutions[number] ?? [], "solution")) {
    pins.push(...pinOf(outcome));
    if (outcome.code !== 0)
      throw new Unproved(`solution ${number + 1}: ${describe(outcome.step)} ends with ${outcome.code}: ${outcome.output.trim()}`);
  }
  await comeToRest(stage.range);
  const given = rightAnswers(stage, setup.dialects);
  demand(await judgeStage(stage, setup.dialects, given), `after solution ${number + 1}`);
  await shake(stage);
  await demandSoon(stage, () => judgeStage(stage, setup.dialects, given), `after solution ${number + 1} and a restart of the daemons`);
  if (Object.keys(fromOther).length === 0) return pins;
  const fooled = (await judgeStage(stage, setup.dialects, fromOther)).find(
    ({ id, verdict }) => isQuestion(stage.compiled, id) && verdict.status === "pass",
  );
  if (fooled !== undefined) throw new Unproved(`the answer of another seed to ${fooled.id} is right for seed ${stage.compiled.seed} too`);
  return pins;
}

/** Questions: what is right on another learner's range must be wrong here. @returns that learner's right answers */
async function answersOfOther(scenario: Scenario, seed: number, setup: ProofSetup, number: number): Promise<Record<string, string>> {
  if (!scenario.text.objectives.some((objective) => "question" in objective)) return {};
  return onStage(scenario, seed, setup, false, async (other) => {
    for await (const _ of playSteps(other, other.compiled.solutions[number] ?? [], "solution"));
    await comeToRest(other.range);
    return rightAnswers(other, setup.dialects);
  });
}

export interface RejectedTrap {
  readonly name: string;
  readonly rejectedBy: string;
}

/** A plausible wrong repair is rejected by what the scenario says. */
export function proveTrap(scenario: Scenario, seed: number, setup: ProofSetup, number: number): Promise<RejectedTrap> {
  return onStage(scenario, seed, setup, false, async (stage) => {
    const { name, steps, rejectedBy } = stage.compiled.traps[number] as Trap;
    for await (const _ of playSteps(stage, steps, "trap"));
    await comeToRest(stage.range);
    const judged = await judgeStage(stage, setup.dialects);
    const rejecting = judged.find(({ id }) => id === rejectedBy);
    if (rejecting?.verdict.status !== "fail") {
      throw new Unproved(
        `the trap "${name}" is not rejected by ${rejectedBy}: ${rejecting?.verdict.says ?? "there is no such objective or guard"}`,
      );
    }
    return { name, rejectedBy };
  });
}

/** A queue run, a reload and a restart of every daemon on the learner's hosts that runs: a repair must survive them. */
async function shake(stage: Stage): Promise<void> {
  const { range, compiled } = stage;
  const shakeHost = async (host: Host): Promise<void> => {
    for (const { kind } of host.daemons) {
      for (const action of ["reload", "stop", "start"] as const)
        await range.apply({ effect: "daemon", host: host.key, daemon: kind, action });
    }
    if (hasDaemon(host, "postfix")) await range.run(host.key, "postqueue -f");
  };
  const own = learnersHosts(stage);
  await Promise.all(compiled.healthy.hosts.filter(({ key }) => own.includes(key)).map(shakeHost));
  await comeToRest(range);
}

/** Others remember for a while that a daemon did not answer while it was restarted: what does not hold yet is judged again, a few times. */
async function demandSoon({ range }: Stage, judge: () => Promise<readonly Judged[]>, when: string): Promise<void> {
  for (let again = 3; again > 0; again--) {
    if (allPass(await judge())) return;
    await range.time.advance(10_000);
  }
  demand(await judge(), when);
}

function demand(judged: readonly Judged[], when: string): void {
  if (allPass(judged)) return;
  const failed = judged.find(({ verdict }) => verdict.status !== "pass") as Judged;
  const evidence = failed.verdict.evidence.map(evidenceText).join("\n    ");
  throw new Unproved(
    `${failed.kind} ${failed.id} does not hold ${when}: ${failed.verdict.says}${evidence === "" ? "" : `\n    ${evidence}`}`,
  );
}

function describe(step: Step): string {
  if ("on" in step) return `${step.on}: ${step.run}`;
  return "escalate" in step ? `escalating to ${step.escalate}` : `waiting ${step.waitMs} ms`;
}
