import { causes } from "../faults/causes.ts";
import type { CompiledScenario } from "../scenario/compile.ts";
import { causesOffered } from "../scenario/diagnosis.ts";
import type { Pinned, VerdictItem } from "./journal/entry.ts";
import { type Claimed, type Escalated, type LearnerSnapshot, type LearnerState, stateOf } from "./learner-machine.ts";

/**
 * A session as any screen shows it, a line at a time or as a whole: plain data, made of nothing but the machine's snapshot and the
 * scenario. Holds nothing that the learner may not see yet: no id, no cause before it is committed, no debrief before the end.
 */
export interface SessionView {
  readonly state: LearnerState;
  readonly codename: string;
  readonly title: string;
  readonly ticket: string;
  readonly objectives: readonly ObjectiveView[];
  /** Guards that do not hold; those that hold are nobody's concern. */
  readonly brokenGuards: readonly VerdictItem[];
  /** What may be chosen from; empty where no diagnosis is asked for. */
  readonly causes: readonly { readonly id: string; readonly title: string; readonly summary: string }[];
  readonly hosts: readonly { readonly key: string; readonly name: string; readonly isOwn: boolean }[];
  readonly pins: readonly Pinned[];
  readonly hints: readonly string[];
  readonly hintsLeft: number;
  readonly claims: readonly Claimed[];
  /** Other people, by what they call themselves, and what is theirs. */
  readonly parties: readonly { readonly key: string; readonly name: string; readonly runs: string }[];
  readonly escalations: readonly Escalated[];
  readonly solved: boolean;
  readonly gaveUp: boolean;
  /** Why there is no range, while there is none. */
  readonly failure: string | null;
  /** What the learner may do now. */
  readonly may: Readonly<Record<"begin" | "commit" | "escalate" | "check" | "reset" | "rebuild" | "reply" | "giveUp", boolean>>;
  /** At the end only. */
  readonly debrief?: string;
}

export interface ObjectiveView {
  readonly id: string;
  readonly goal: string;
  readonly question?: string;
  /** What the learner answered. */
  readonly answer?: string;
  /** As last judged; `pending` before that. */
  readonly status: VerdictItem["status"];
  readonly says: string;
  readonly evidence: readonly string[];
}

/** Pure. */
export function viewOf(snapshot: LearnerSnapshot, compiled: CompiledScenario): SessionView {
  const { context } = snapshot;
  const state = stateOf(snapshot);
  const { text } = compiled.scenario;
  return {
    state,
    codename: text.codename,
    title: text.title,
    ticket: compiled.ticket,
    objectives: compiled.objectives.map((objective) => {
      const judged = context.verdicts.find(({ kind, id }) => kind === "objective" && id === objective.id);
      const answer = context.answers[objective.id];
      return {
        id: objective.id,
        goal: objective.goal,
        ...("question" in objective ? { question: objective.question } : {}),
        ...(answer === undefined ? {} : { answer }),
        status: judged?.status ?? "pending",
        says: judged?.says ?? "",
        evidence: judged?.evidence ?? [],
      };
    }),
    brokenGuards: context.verdicts.filter(({ kind, status }) => kind === "guard" && status === "fail"),
    causes: causesOffered(compiled).map((id) => {
      const { title, summary } = causes.get(id);
      return { id, title, summary };
    }),
    hosts: compiled.healthy.hosts.map(({ key, name, owner }) => ({ key, name, isOwn: owner === "org" })),
    pins: context.pins,
    hints: context.hints.map((index) => compiled.hints[index]?.says ?? ""),
    hintsLeft: compiled.hints.length - 1 - (context.hints.at(-1) ?? -1),
    claims: context.claims,
    parties: compiled.parties.map(({ key, name, runs }) => ({ key, name, runs })),
    escalations: context.escalations,
    solved: context.solved,
    gaveUp: context.gaveUp,
    failure: context.failure,
    may: {
      begin: state === "briefing",
      commit: context.asksForDiagnosis && (state === "investigating" || state === "mending"),
      escalate: state === "investigating" || state === "mending" || state === "closing",
      check: state === "investigating" || state === "mending" || state === "closing",
      reset: snapshot.can({ type: "reset" }),
      rebuild: state === "stranded",
      reply: state === "closing",
      giveUp: state !== "debrief",
    },
    ...(state === "debrief" ? { debrief: compiled.debrief } : {}),
  };
}
