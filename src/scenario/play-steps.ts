import type { CompiledScenario, EscalationStep, Step } from "./compile.ts";
import { partyNamed } from "./compile-parties.ts";
import { missingEvidence, type Pin } from "./diagnosis.ts";
import { carryOut, judgeEscalation } from "./escalation.ts";
import { learnersHosts, playStep, type Stage, type StepOutcome } from "./stage.ts";

/**
 * Plays the steps of a solution or trap in order, and tells what each has led to. An escalation shows what a learner could have
 * pinned by then: log lines of the own hosts, and what the steps before it printed.
 * @param announce called before each step, which may take a while
 */
export async function* playSteps(
  stage: Stage,
  steps: readonly Step[],
  actor: string,
  announce: (step: Step) => void = () => {},
): AsyncGenerator<StepOutcome> {
  const pins: Pin[] = [];
  for (const step of steps) {
    announce(step);
    const outcome =
      "escalate" in step ? await playEscalation(stage, step, [...linePins(stage), ...pins]) : await playStep(stage.range, step, actor);
    pins.push(...pinOf(outcome));
    yield outcome;
  }
}

/** The log lines that the learner can see. */
export function linePins(stage: Stage): Pin[] {
  const hosts = learnersHosts(stage);
  return stage.range.lines().flatMap(({ host, text }) => (hosts.includes(host) ? [{ kind: "line", on: host, text } as const] : []));
}

/** What a step printed, as a learner could pin it. */
export function pinOf({ step, output }: StepOutcome): Pin[] {
  return "on" in step ? [{ kind: "answer", on: step.on, text: output }] : [];
}

/** Ends with 1 when nothing seen so far is the evidence that the step says it shows. */
async function playEscalation({ compiled, range }: Stage, step: EscalationStep, seen: readonly Pin[]): Promise<StepOutcome> {
  const shown = evidenceOf(compiled, step.because);
  const unseen = missingEvidence(shown, seen);
  if (unseen.length > 0) return { step, output: `nothing seen so far is the evidence ${unseen.map(({ id }) => id).join(", ")}`, code: 1 };
  const party = partyNamed(compiled.parties, step.escalate);
  const pins = seen.filter((pin) => shown.some((piece) => missingEvidence([piece], [pin]).length === 0));
  const verdict = judgeEscalation(compiled, party, pins);
  if (verdict.status === "taken") await carryOut(verdict.fix, party, range);
  return { step, output: `${party.name}: ${verdict.says}\n`, code: 0 };
}

function evidenceOf({ diagnosis }: CompiledScenario, ids: readonly string[]) {
  return (diagnosis?.evidence ?? []).filter(({ id }) => ids.includes(id));
}
