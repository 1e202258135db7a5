import type { HostKey } from "../world/world.ts";
import type { CompiledScenario } from "./compile.ts";

/** Something the learner has pinned as evidence. */
export interface Pin {
  readonly kind: "line" | "answer" | "reply";
  /** The host whose log it is, or on which it was seen. */
  readonly on: HostKey;
  readonly text: string;
}

/** What the learner says is wrong. */
export interface Claim {
  readonly place: HostKey;
  readonly cause: string;
  readonly pins: readonly Pin[];
}

/** Where a claim falls short; the first that applies, because one thing at a time can be looked into. */
export type DiagnosisVerdict =
  | { readonly status: "right" }
  /** A look-alike: `contradicted` is the line or answer that speaks against it. */
  | { readonly status: "wrong-cause"; readonly contradicted: string }
  | { readonly status: "wrong-place" }
  /** Right as far as it goes, but what is pinned does not show it. */
  | { readonly status: "unproved"; readonly missing: number };

/**
 * Judges a claim.
 * @throws Error when the scenario has no diagnosis (an exercise) or the cause is none of those offered
 */
export function judgeDiagnosis({ diagnosis }: Pick<CompiledScenario, "diagnosis">, claim: Claim): DiagnosisVerdict {
  if (diagnosis === undefined) throw new Error("this scenario asks for no diagnosis");
  if (claim.cause !== diagnosis.cause) {
    const likeness = diagnosis.among.find(({ cause }) => cause === claim.cause);
    if (likeness === undefined) throw new Error(`${claim.cause} is none of the causes offered`);
    return { status: "wrong-cause", contradicted: likeness.contradicted };
  }
  if (claim.place !== diagnosis.place) return { status: "wrong-place" };
  const missing = missingEvidence(diagnosis.evidence, claim.pins);
  return missing.length === 0 ? { status: "right" } : { status: "unproved", missing: missing.length };
}

type Evidence = NonNullable<CompiledScenario["diagnosis"]>["evidence"][number];

/** The evidence that no pin shows. An answer without a host counts wherever it was asked for. */
export function missingEvidence(evidence: readonly Evidence[], pins: readonly Pin[]): Evidence[] {
  return evidence.filter(({ kind, on, contains }) => {
    return !pins.some(
      (pin) => [kind].flat().includes(pin.kind) && (on === undefined || pin.on === on) && contains.every((text) => pin.text.includes(text)),
    );
  });
}

/** The causes a learner chooses from: the right one among its look-alikes, in an order that tells nothing. */
export function causesOffered({ diagnosis }: Pick<CompiledScenario, "diagnosis">): string[] {
  if (diagnosis === undefined) return [];
  return [diagnosis.cause, ...diagnosis.among.map(({ cause }) => cause)].sort();
}
