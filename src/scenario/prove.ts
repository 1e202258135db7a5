import { inParallel } from "../base/in-parallel.ts";
import { ProblemError } from "../base/problem.ts";
import type { EngineId } from "../world/engine.ts";
import type { CompiledScenario } from "./compile.ts";
import { judgeDiagnosis, missingEvidence, type Pin } from "./diagnosis.ts";
import {
  type BrokenWorld,
  type ProofSetup,
  proveBroken,
  proveHealthy,
  proveSolution,
  proveTrap,
  type RejectedTrap,
  seenBy,
  Unproved,
} from "./prove-acts.ts";
import type { Scenario } from "./scenario.ts";
import { variantFor } from "./variant.ts";

/** What a proof found, as `prove --json` prints it. */
export interface Proof {
  readonly scenario: string;
  /** Which of the scenario's variants; absent where it has none. */
  readonly variant?: string;
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

/**
 * Proves that a scenario (of one with variants, the one that the seed picks) is honest for one seed: healthy passes, broken fails as
 * told, every solution mends and every trap is rejected, wrong diagnoses and another seed's evidence and answers do not stand. After
 * the first thing that does not hold nothing more is begun.
 */
export async function proveScenario(given: Scenario, seed: number, setup: ProofSetup): Promise<Proof> {
  const scenario = variantFor(given, seed);
  const startedAtMs = setup.clock.now();
  const seen: Seen = { healthy: false, solutions: [], traps: [], broken: undefined, otherPins: [] };
  const proof = (problem?: string): Proof => ({
    scenario: scenario.id,
    ...(scenario.variant === undefined ? {} : { variant: scenario.variant }),
    engine: setup.engine.id,
    seed,
    healthy: seen.healthy,
    broken: { failed: seen.broken?.failed ?? [] },
    traps: Object.values(seen.traps),
    mended: Object.values(seen.solutions).length === scenario.text.solutions.length,
    ms: Math.round(setup.clock.now() - startedAtMs),
    ...(problem === undefined ? {} : { problem }),
  });
  try {
    await inParallel(actsOf(scenario, seed, setup, seen), setup.engine.rangesAtOnce, (act) => act());
    const { compiled, pins } = seen.broken as BrokenWorld;
    proveDiagnosis(compiled, [...pins, ...seen.solutions.flat()]);
    proveOtherSeed(compiled, seen.otherPins, seed);
    return proof();
  } catch (error) {
    if (error instanceof Unproved) return proof(error.message);
    if (error instanceof ProblemError) return proof(error.message);
    throw error;
  }
}

/** What the ranges of a proof have shown so far. Solutions and traps stand at their numbers, in whatever order they come to an end. */
interface Seen {
  healthy: boolean;
  broken: BrokenWorld | undefined;
  /** What the commands of each printed: what a learner could pin on the way. */
  readonly solutions: (readonly Pin[])[];
  readonly traps: RejectedTrap[];
  /** What the learner of another seed sees. */
  otherPins: readonly Pin[];
}

/** Everything that is played, each on a range of its own. */
function actsOf(scenario: Scenario, seed: number, setup: ProofSetup, seen: Seen): (() => Promise<void>)[] {
  const { solutions, traps, diagnosis } = scenario.text;
  return [
    async () => {
      await proveHealthy(scenario, seed, setup);
      seen.healthy = true;
    },
    ...solutions.map((_, number) => async () => {
      seen.solutions[number] = await proveSolution(scenario, seed, setup, number);
    }),
    async () => {
      seen.broken = await proveBroken(scenario, seed, setup);
    },
    async () => {
      if (diagnosis !== undefined) seen.otherPins = await seenBy(scenario, seed + 1, setup);
    },
    ...traps.map((_, number) => async () => {
      seen.traps[number] = await proveTrap(scenario, seed, setup, number);
    }),
  ];
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
function proveOtherSeed(compiled: CompiledScenario, pins: readonly Pin[], seed: number): void {
  if (compiled.diagnosis === undefined) return;
  const { place, cause } = compiled.diagnosis;
  if (judgeDiagnosis(compiled, { place, cause, pins }).status === "right")
    throw new Unproved(`the log lines of seed ${seed + 1} prove the diagnosis of seed ${seed}`);
}
