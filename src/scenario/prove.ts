import type { Clock } from "../base/clock.ts";
import { ProblemError } from "../base/problem.ts";
import { evidenceText } from "../checks/check.ts";
import type { LogDialect } from "../daemons/daemon.ts";
import type { Engine, EngineId } from "../world/engine.ts";
import type { CompiledScenario, Step, Trap } from "./compile.ts";
import { judgeDiagnosis, missingEvidence, type Pin } from "./diagnosis.ts";
import { allPass, type Judged, judgeStage, rightAnswers } from "./judge.ts";
import type { Catalogue } from "./load-catalogue.ts";
import type { Scenario } from "./scenario.ts";
import { comeToRest, learnersHosts, playStep, type Stage, type StepOutcome, setStage } from "./stage.ts";

/** What a proof found, as `prove --json` prints it. */
export interface Proof {
  readonly scenario: string;
  readonly engine: EngineId;
  readonly seed: number;
  readonly healthy: boolean;
  readonly broken: { readonly failed: readonly string[] };
  readonly traps: readonly { readonly name: string; readonly rejectedBy: string | undefined }[];
  readonly mended: boolean;
  readonly ms: number;
  /** Why the proof failed; absent when it passed. */
  readonly problem?: string;
}

export interface ProofSetup {
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly dialects: readonly LogDialect[];
  /** For `ms` only. */
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Proves that a scenario is honest for one seed: healthy passes, broken fails as told, every solution mends and every trap is
 * rejected, wrong diagnoses and another seed's evidence and answers do not stand. The first thing that does not hold ends it.
 */
export async function proveScenario(scenario: Scenario, seed: number, setup: ProofSetup): Promise<Proof> {
  const startedAtMs = setup.clock.now();
  const found = { healthy: false, failed: [] as string[], traps: [] as { name: string; rejectedBy: string | undefined }[], mended: false };
  const proof = (problem?: string): Proof => ({
    scenario: scenario.id,
    engine: setup.engine.id,
    seed,
    healthy: found.healthy,
    broken: { failed: found.failed },
    traps: found.traps,
    mended: found.mended,
    ms: Math.round(setup.clock.now() - startedAtMs),
    ...(problem === undefined ? {} : { problem }),
  });
  try {
    await proveHealthy(scenario, seed, setup);
    found.healthy = true;
    const played = await proveSolutions(scenario, seed, setup);
    found.mended = true;
    found.failed.push(...(await proveBroken(scenario, seed, setup, played)));
    for (const trap of played.compiled.traps) found.traps.push(await proveTrap(scenario, seed, setup, trap));
    return proof();
  } catch (error) {
    if (error instanceof Unproved) return proof(error.message);
    if (error instanceof ProblemError) return proof(error.message);
    throw error;
  }
}

/** What does not hold, in words that tell the author where to look. */
class Unproved extends Error {}

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
    return await act(stage);
  } finally {
    await stage.range.down();
  }
}

/** An exercise asks the learner to do something, so its objectives wait for that also when all is well. */
const isExercise = ({ faults }: Pick<CompiledScenario, "faults">): boolean => faults.length === 0;

function proveHealthy(scenario: Scenario, seed: number, setup: ProofSetup): Promise<void> {
  return onStage(scenario, seed, setup, true, async (stage) => {
    const judged = await judgeStage(stage, setup.dialects);
    const wanted = judged.filter(({ kind, id }) => kind === "guard" || (!isExercise(stage.compiled) && !isQuestion(stage.compiled, id)));
    demand(wanted, "on the healthy world");
  });
}

function isQuestion({ objectives }: CompiledScenario, id: string): boolean {
  return objectives.some((objective) => objective.id === id && "question" in objective);
}

/** Broken fails exactly the objectives, shows its symptom, and a learner can find and prove the cause. @returns what failed */
function proveBroken(scenario: Scenario, seed: number, setup: ProofSetup, played: Played): Promise<string[]> {
  return onStage(scenario, seed, setup, false, async (stage) => {
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
    proveDiagnosis(compiled, [...linePins(stage), ...played.pins]);
    await proveOtherSeed(scenario, seed, setup, compiled);
    return judged.filter(({ kind }) => kind === "objective").map(({ id }) => id);
  });
}

/** The right claim stands with the evidence at hand, and falls without it; each look-alike falls by what was seen. */
function proveDiagnosis(compiled: CompiledScenario, pins: readonly Pin[]): void {
  const { diagnosis } = compiled;
  if (diagnosis === undefined) return;
  const { place, cause } = diagnosis;
  const verdict = judgeDiagnosis(compiled, { place, cause, pins });
  if (verdict.status !== "right") {
    const missing = missingEvidence(diagnosis.evidence, pins);
    throw new Unproved(
      `nothing that is logged, or printed on the way of the solutions, is the evidence ${missing.map(({ id }) => id).join(", ")}`,
    );
  }
  if (judgeDiagnosis(compiled, { place, cause, pins: [] }).status === "right")
    throw new Unproved("the diagnosis stands without any evidence");
  for (const likeness of diagnosis.among) {
    if (judgeDiagnosis(compiled, { place, cause: likeness.cause, pins }).status !== "wrong-cause") {
      throw new Unproved(`the look-alike ${likeness.cause} is taken for the cause`);
    }
  }
}

/** What another learner has seen proves nothing here. */
function proveOtherSeed(scenario: Scenario, seed: number, setup: ProofSetup, compiled: CompiledScenario): Promise<void> {
  if (compiled.diagnosis === undefined) return Promise.resolve();
  const { place, cause } = compiled.diagnosis;
  return onStage(scenario, seed + 1, setup, false, async (other) => {
    const verdict = judgeDiagnosis(compiled, { place, cause, pins: linePins(other) });
    if (verdict.status === "right") throw new Unproved(`the log lines of seed ${seed + 1} prove the diagnosis of seed ${seed}`);
  });
}

interface Played {
  readonly compiled: CompiledScenario;
  /** What commands of the solutions printed: what a learner could pin on the way. */
  readonly pins: readonly Pin[];
}

/** Every solution mends: all objectives and guards together, then again after a queue run, a reload and a restart. */
async function proveSolutions(scenario: Scenario, seed: number, setup: ProofSetup): Promise<Played> {
  const pins: Pin[] = [];
  let compiled: CompiledScenario | undefined;
  for (const number of scenario.text.solutions.keys()) {
    await onStage(scenario, seed, setup, false, async (stage) => {
      compiled = stage.compiled;
      for (const step of stage.compiled.solutions[number] ?? []) {
        const outcome = await playStep(stage.range, step, "solution");
        pins.push(...pinOf(outcome));
        if (outcome.code !== 0)
          throw new Unproved(`solution ${number + 1}: ${describe(step)} ends with ${outcome.code}: ${outcome.output.trim()}`);
      }
      await comeToRest(stage.range);
      const given = rightAnswers(stage, setup.dialects);
      demand(await judgeStage(stage, setup.dialects, given), `after solution ${number + 1}`);
      await shake(stage);
      demand(await judgeStage(stage, setup.dialects, given), `after solution ${number + 1} and a restart of the daemons`);
      await proveAnswers(scenario, seed, setup, stage, number);
    });
  }
  if (compiled === undefined) throw new Unproved("there is no solution");
  return { compiled, pins };
}

/** Questions: what is right on another learner's range must be wrong here. */
function proveAnswers(scenario: Scenario, seed: number, setup: ProofSetup, stage: Stage, number: number): Promise<void> {
  const questions = stage.compiled.objectives.filter((objective) => "question" in objective);
  if (questions.length === 0) return Promise.resolve();
  return onStage(scenario, seed + 1, setup, false, async (other) => {
    for (const step of other.compiled.solutions[number] ?? []) await playStep(other.range, step, "solution");
    await comeToRest(other.range);
    const judged = await judgeStage(stage, setup.dialects, rightAnswers(other, setup.dialects));
    const fooled = judged.find(({ id, verdict }) => questions.some((question) => question.id === id) && verdict.status === "pass");
    if (fooled !== undefined) throw new Unproved(`the answer of seed ${seed + 1} to ${fooled.id} is right for seed ${seed} too`);
  });
}

function proveTrap(scenario: Scenario, seed: number, setup: ProofSetup, trap: Trap): Promise<{ name: string; rejectedBy: string }> {
  return onStage(scenario, seed, setup, false, async (stage) => {
    const { compiled } = stage;
    const own = compiled.traps.find(({ name }) => name === trap.name) ?? trap;
    for (const step of own.steps) await playStep(stage.range, step, "trap");
    await comeToRest(stage.range);
    const judged = await judgeStage(stage, setup.dialects);
    const rejecting = judged.find(({ id }) => id === own.rejectedBy);
    if (rejecting?.verdict.status !== "fail") {
      throw new Unproved(
        `the trap "${own.name}" is not rejected by ${own.rejectedBy}: ${rejecting?.verdict.says ?? "there is no such objective or guard"}`,
      );
    }
    return { name: own.name, rejectedBy: own.rejectedBy };
  });
}

/** A queue run, a reload and a restart of every daemon on the learner's hosts that runs: a repair must survive them. */
async function shake(stage: Stage): Promise<void> {
  const { range, compiled } = stage;
  for (const key of learnersHosts(stage)) {
    const host = compiled.healthy.hosts.find((candidate) => candidate.key === key);
    for (const { kind } of host?.daemons ?? []) {
      for (const action of ["reload", "stop", "start"] as const) await range.apply({ effect: "daemon", host: key, daemon: kind, action });
    }
    if (host?.daemons.some(({ kind }) => kind === "postfix")) await range.run(key, "postqueue -f");
  }
  await comeToRest(range);
}

function demand(judged: readonly Judged[], when: string): void {
  if (allPass(judged)) return;
  const failed = judged.find(({ verdict }) => verdict.status !== "pass") as Judged;
  const evidence = failed.verdict.evidence.map(evidenceText).join("\n    ");
  throw new Unproved(
    `${failed.kind} ${failed.id} does not hold ${when}: ${failed.verdict.says}${evidence === "" ? "" : `\n    ${evidence}`}`,
  );
}

/** The log lines that the learner can see. */
function linePins(stage: Stage): Pin[] {
  const hosts = learnersHosts(stage);
  return stage.range.lines().flatMap(({ host, text }) => (hosts.includes(host) ? [{ kind: "line", on: host, text } as const] : []));
}

function pinOf({ step, output }: StepOutcome): Pin[] {
  return "on" in step ? [{ kind: "answer", on: step.on, text: output }] : [];
}

function describe(step: Step): string {
  return "on" in step ? `${step.on}: ${step.run}` : `waiting ${step.waitMs} ms`;
}
