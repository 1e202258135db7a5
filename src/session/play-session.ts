import { createActor } from "xstate";
import { ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import type { LogDialect } from "../daemons/daemon.ts";
import { type Party, partyNamed } from "../scenario/compile-parties.ts";
import { causesOffered, type DiagnosisVerdict, judgeDiagnosis, missingEvidence, type Pin } from "../scenario/diagnosis.ts";
import { carryOut, type EscalationVerdict, judgeEscalation } from "../scenario/escalation.ts";
import { allPass, type Judged, judgeStage } from "../scenario/judge.ts";
import { learnersHosts, type Stage } from "../scenario/stage.ts";
import { learnerMachine } from "./learner-machine.ts";

/** One learner in one staged scenario: what may be done, and what is known so far. Nothing here prints. */
export interface PlaySession {
  readonly stage: Stage;
  readonly solved: () => boolean;
  readonly pins: () => readonly Pin[];
  begin(): void;
  pin(pin: Pin): void;
  /** The next hint that the learner's pins do not make needless, or undefined when there is none left. */
  nextHint(): string | undefined;
  /** @throws ProblemError for a question that the scenario does not ask */
  answer(objective: string, text: string): void;
  /** Judges the claim by what is pinned. @throws ProblemError for a cause that is not offered or a host that is not there */
  diagnose(place: string, cause: string): DiagnosisVerdict;
  /** Writes to other people and shows them what is pinned; what they do about it has happened when this resolves. @throws ProblemError for nobody */
  escalate(party: string): Promise<{ readonly party: Party; readonly verdict: EscalationVerdict }>;
  /** Asks the range and judges; solved when everything passes at once. */
  check(): Promise<{ readonly solved: boolean; readonly judged: readonly Judged[] }>;
  giveUp(): void;
}

export function createPlaySession(stage: Stage, dialects: readonly LogDialect[]): PlaySession {
  const { compiled } = stage;
  const actor = createActor(learnerMachine(compiled.diagnosis !== undefined)).start();
  const context = () => actor.getSnapshot().context;
  return {
    stage,
    solved: () => context().solved,
    pins: () => context().pins,
    begin: () => actor.send({ type: "begin" }),
    pin: (pin) => actor.send({ type: "pin", pin }),
    nextHint: () => {
      const seen = new Set(pinnedEvidence(stage, context().pins));
      const { hints } = compiled;
      while (context().hints < hints.length) {
        const hint = hints[context().hints];
        actor.send({ type: "hint" });
        if (hint !== undefined && (hint.seen === undefined || !seen.has(hint.seen))) return hint.says;
      }
      return undefined;
    },
    answer: (objective, text) => {
      const questions = compiled.objectives.filter((candidate) => "question" in candidate).map(({ id }) => id);
      if (!questions.includes(objective)) throw new ProblemError(unknownId("question", objective, questions));
      actor.send({ type: "answer", objective, text });
    },
    diagnose: (place, cause) => {
      const hosts = compiled.healthy.hosts.map(({ key }) => key);
      if (!hosts.includes(place)) throw new ProblemError(unknownId("host", place, hosts));
      const offered = causesOffered(compiled);
      if (!offered.includes(cause)) throw new ProblemError(unknownId("cause", cause, offered));
      const verdict = judgeDiagnosis(compiled, { place, cause, pins: context().pins });
      actor.send({ type: "diagnosed", verdict: verdict.status });
      return verdict;
    },
    escalate: async (name) => {
      const party = partyNamed(compiled.parties, name);
      const verdict = judgeEscalation(compiled, party, context().pins);
      if (verdict.status === "taken") await carryOut(verdict.fix, party, stage.range);
      return { party, verdict };
    },
    check: async () => {
      actor.send({ type: "check" });
      const judged = await judgeStage(stage, dialects, context().answers);
      const solved = allPass(judged);
      actor.send({ type: "judged", solved });
      return { solved, judged };
    },
    giveUp: () => actor.send({ type: "give-up" }),
  };
}

/** Ids of the evidence that the pins show already. */
function pinnedEvidence({ compiled }: Stage, pins: readonly Pin[]): string[] {
  const evidence = compiled.diagnosis?.evidence ?? [];
  const missing = missingEvidence(evidence, pins);
  return evidence.filter((piece) => !missing.includes(piece)).map(({ id }) => id);
}

/** The learner's own host to start on: the workstation where there is one. */
export function firstHost(stage: Stage): string {
  const hosts = learnersHosts(stage);
  return hosts.includes("desk") ? "desk" : (hosts[0] ?? "");
}
