import { assign, setup } from "xstate";
import type { DiagnosisVerdict, Pin } from "../scenario/diagnosis.ts";

/** What a learner's session remembers, beside where in the journey it is. */
export interface LearnerContext {
  readonly pins: readonly Pin[];
  /** How many hints were given; they come in order. */
  readonly hints: number;
  /** The learner's answers to questions, by objective id. */
  readonly answers: Readonly<Record<string, string>>;
  /** Every diagnosis that was committed, in order. */
  readonly diagnoses: readonly DiagnosisVerdict["status"][];
  /** Every objective and guard held at once. */
  readonly solved: boolean;
}

export type LearnerEvent =
  | { readonly type: "begin" }
  | { readonly type: "pin"; readonly pin: Pin }
  | { readonly type: "hint" }
  | { readonly type: "answer"; readonly objective: string; readonly text: string }
  | { readonly type: "diagnosed"; readonly verdict: DiagnosisVerdict["status"] }
  | { readonly type: "check" }
  | { readonly type: "judged"; readonly solved: boolean }
  | { readonly type: "give-up" };

/**
 * The learner's journey: briefing, investigating until the diagnosis stands, mending, verifying, debrief. Repairing before
 * diagnosing is allowed: a session that is judged solved goes to the debrief from wherever it is.
 * @param asksForDiagnosis false for exercises, in which nothing is broken
 */
export function learnerMachine(asksForDiagnosis: boolean) {
  return setup({
    types: { context: {} as LearnerContext, events: {} as LearnerEvent },
    actions: {
      keepPin: assign({ pins: ({ context, event }) => (event.type === "pin" ? [...context.pins, event.pin] : context.pins) }),
      countHint: assign({ hints: ({ context }) => context.hints + 1 }),
      keepAnswer: assign({
        answers: ({ context, event }) =>
          event.type === "answer" ? { ...context.answers, [event.objective]: event.text } : context.answers,
      }),
      keepSolved: assign({ solved: true }),
      keepDiagnosis: assign({
        diagnoses: ({ context, event }) => (event.type === "diagnosed" ? [...context.diagnoses, event.verdict] : context.diagnoses),
      }),
    },
    guards: {
      isRight: ({ event }) => event.type === "diagnosed" && event.verdict === "right",
      isSolved: ({ event }) => event.type === "judged" && event.solved,
    },
  }).createMachine({
    id: "learner",
    context: { pins: [], hints: 0, answers: {}, diagnoses: [], solved: false },
    initial: "briefing",
    on: {
      pin: { actions: "keepPin" },
      hint: { actions: "countHint" },
      answer: { actions: "keepAnswer" },
      "give-up": ".debrief",
    },
    states: {
      briefing: { on: { begin: asksForDiagnosis ? "investigating" : "mending" } },
      investigating: {
        on: {
          diagnosed: [{ guard: "isRight", target: "mending", actions: "keepDiagnosis" }, { actions: "keepDiagnosis" }],
          check: "verifying",
        },
      },
      mending: { on: { diagnosed: { actions: "keepDiagnosis" }, check: "verifying" } },
      verifying: {
        on: { judged: [{ guard: "isSolved", target: "debrief", actions: "keepSolved" }, { target: "back" }] },
      },
      // Where the session was before the check: mending once a diagnosis stood (or none is asked for), else investigating.
      back: {
        always: [
          { guard: ({ context }) => !asksForDiagnosis || context.diagnoses.includes("right"), target: "mending" },
          { target: "investigating" },
        ],
      },
      debrief: { type: "final" },
    },
  });
}
