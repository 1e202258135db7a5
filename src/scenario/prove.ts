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

/** A scenario for one seed; of one with variants, the one that the seed picks. */
export interface ProofSubject {
  readonly scenario: Scenario;
  readonly seed: number;
}

/**
 * Proves that scenarios are honest: healthy passes, broken fails as told, every solution mends and every trap is rejected, wrong
 * diagnoses and another seed's evidence and answers do not stand. After the first thing that does not hold nothing more is begun for
 * that subject. All subjects share the ranges that the engine bears at once.
 * @param onProof called with each proof as it comes to its end, mostly in the subjects' order
 * @returns the proofs in the subjects' order
 */
export async function proveAll(
  subjects: readonly ProofSubject[],
  setup: ProofSetup,
  onProof: (proof: Proof) => void = () => {},
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  const acts = subjects.flatMap((subject, at) =>
    actsToProof(subject, setup, (proof) => {
      proofs[at] = proof;
      onProof(proof);
    }),
  );
  await inParallel(acts, setup.engine.rangesAtOnce, (act) => act());
  return proofs;
}

/** What is to be played; the act that ends last tells the proof. */
function actsToProof({ scenario: given, seed }: ProofSubject, setup: ProofSetup, onProof: (proof: Proof) => void): (() => Promise<void>)[] {
  const scenario = variantFor(given, seed);
  const seen: Seen = { healthy: false, solutions: [], traps: [], broken: undefined, otherPins: [] };
  let startedAtMs: number | undefined;
  let problem: string | undefined;
  const tried = async (act: () => Promise<void> | void): Promise<void> => {
    if (problem !== undefined) return;
    startedAtMs ??= setup.clock.now();
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Unproved || error instanceof ProblemError)) throw error;
      problem ??= error.message;
    }
  };
  const proof = (): Proof => ({
    scenario: scenario.id,
    ...(scenario.variant === undefined ? {} : { variant: scenario.variant }),
    engine: setup.engine.id,
    seed,
    healthy: seen.healthy,
    broken: { failed: seen.broken?.failed ?? [] },
    traps: Object.values(seen.traps),
    mended: Object.values(seen.solutions).length === scenario.text.solutions.length,
    ms: Math.round(setup.clock.now() - (startedAtMs ?? 0)),
    ...(problem === undefined ? {} : { problem }),
  });
  const acts = actsOf(scenario, seed, setup, seen);
  let open = acts.length;
  return acts.map((act) => async () => {
    await tried(act);
    if (--open > 0) return;
    await tried(() => {
      const { compiled, pins } = seen.broken as BrokenWorld;
      proveDiagnosis(compiled, [...pins, ...seen.solutions.flat()]);
      proveOtherSeed(compiled, seen.otherPins, seed);
    });
    onProof(proof());
  });
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

/** Everything that is played, each on a range of its own; the longest first, for the others to fill the time beside it. */
function actsOf(scenario: Scenario, seed: number, setup: ProofSetup, seen: Seen): (() => Promise<void>)[] {
  const { solutions, traps, diagnosis } = scenario.text;
  return [
    async () => {
      const { broken, solution } = await proveBroken(scenario, seed, setup);
      seen.broken = broken;
      seen.solutions[0] = solution;
    },
    ...solutions.slice(1).map((_, at) => async () => {
      seen.solutions[at + 1] = await proveSolution(scenario, seed, setup, at + 1);
    }),
    async () => {
      await proveHealthy(scenario, seed, setup);
      seen.healthy = true;
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
