import type { Range } from "../world/engine.ts";
import type { CompiledScenario } from "./compile.ts";
import type { Party } from "./compile-parties.ts";
import { missingEvidence, type Pin } from "./diagnosis.ts";

/** What a party makes of what it was shown. */
export type EscalationVerdict =
  /** They see it, and mend what is theirs. */
  | { readonly status: "taken"; readonly says: string; readonly fix: NonNullable<Party["fix"]> }
  /** It works for them. */
  | { readonly status: "turned-down"; readonly says: string };

/** Judges an escalation: a party that is shown all it wants mends its part; one that is not, or has no part in it, does nothing. */
export function judgeEscalation(
  { diagnosis }: Pick<CompiledScenario, "diagnosis">,
  { fix, otherwise }: Party,
  pins: readonly Pin[],
): EscalationVerdict {
  if (fix === undefined) return { status: "turned-down", says: otherwise };
  const wanted = (diagnosis?.evidence ?? []).filter(({ id }) => fix.wants.includes(id));
  const missing = missingEvidence(wanted, pins);
  return missing.length === 0 ? { status: "taken", says: fix.says, fix } : { status: "turned-down", says: otherwise };
}

/**
 * Lets the party do what it does, after the time that it takes on the range's clock.
 * @throws Error when one of its commands fails: the scenario is wrong then, not the learner
 */
export async function carryOut({ afterMs, does }: NonNullable<Party["fix"]>, party: Party, range: Range): Promise<void> {
  await range.time.advance(afterMs);
  for (const { on, run } of does) {
    const { code, stdout, stderr } = await range.run(on, run, { actor: party.key });
    if (code !== 0) throw new Error(`${party.name} on ${on}: ${run} ends with ${code}: ${stdout}${stderr}`);
  }
}
