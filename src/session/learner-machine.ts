import { assign, initialTransition, type SnapshotFrom, setup, transition } from "xstate";
import type { JournalEvent, Pinned, VerdictItem } from "./journal/entry.ts";

/** A diagnosis that was committed, and what was answered; `verdict` is absent while it is being judged. */
export interface Claimed {
  readonly place: string;
  readonly cause: string;
  readonly verdict?: Extract<JournalEvent, { type: "diagnosed" }>["verdict"];
  readonly says?: string;
}

/** Other people who were written to, and what they answered. */
export type Escalated = Omit<Extract<JournalEvent, { type: "escalated" }>, "type">;

/** What a learner's session remembers, beside where in the journey it is. Plain data. */
export interface LearnerContext {
  /** False for exercises, in which nothing is broken. */
  readonly asksForDiagnosis: boolean;
  readonly begun: boolean;
  readonly pins: readonly Pinned[];
  /** Which of the scenario's hints were given, in order. */
  readonly hints: readonly number[];
  /** The learner's answers to questions, by objective id. */
  readonly answers: Readonly<Record<string, string>>;
  /** Every diagnosis that was committed, in order. */
  readonly claims: readonly Claimed[];
  /** Every escalation, in order. */
  readonly escalations: readonly Escalated[];
  /** Objectives and guards as they were last looked at. */
  readonly verdicts: readonly VerdictItem[];
  /** Every objective and guard held at once when the learner last asked. */
  readonly solved: boolean;
  /** What the learner wrote to the user at the end. */
  readonly reply?: string;
  /** Why there is no range; null where there is one. */
  readonly failure: string | null;
  /** Maildrill showed how it was before it was solved. */
  readonly gaveUp: boolean;
}

export type LearnerState =
  | "briefing"
  | "investigating"
  | "committed"
  | "mending"
  | "verifying"
  | "closing"
  | "rebuilding"
  | "stranded"
  | "debrief";

export type LearnerMachine = ReturnType<typeof learnerMachine>;
export type LearnerSnapshot = SnapshotFrom<LearnerMachine>;

/** A right diagnosis was committed, or none is asked for. */
const mayMend = ({ asksForDiagnosis, claims }: LearnerContext): boolean =>
  !asksForDiagnosis || claims.some(({ verdict }) => verdict === "right");

/**
 * The learner's journey. Pure: it takes what the journal holds, and what a state waits for (`committed` a verdict on the diagnosis,
 * `verifying` one on the range, `rebuilding` a range) is done by whoever runs it, and comes back as an event. So a journal folded
 * through it is the session.
 *
 * Repairing before diagnosing is allowed: a session that is judged solved goes on to its closing from wherever it is. A tick may go
 * out: a check while closing leads back when it fails.
 * @param asksForDiagnosis false for exercises, in which nothing is broken
 */
export function learnerMachine(asksForDiagnosis: boolean) {
  const escalated = { actions: "keepEscalation" } as const;
  const onTheWay = { commit: { target: "committed", actions: "keepClaim" }, check: "verifying", escalated } as const;
  const anew = { target: "rebuilding", actions: "startAnew" } as const;
  return setup({
    types: { context: {} as LearnerContext, events: {} as JournalEvent },
    actions: {
      keepBegun: assign({ begun: true }),
      keepPin: assign({ pins: ({ context, event }) => (event.type === "pin" ? [...context.pins, event.pinned] : context.pins) }),
      keepHint: assign({ hints: ({ context, event }) => (event.type === "hint" ? [...context.hints, event.index] : context.hints) }),
      keepAnswer: assign({
        answers: ({ context, event }) =>
          event.type === "answer" ? { ...context.answers, [event.objective]: event.text } : context.answers,
      }),
      keepClaim: assign({
        claims: ({ context, event }) =>
          event.type === "commit" ? [...context.claims, { place: event.place, cause: event.cause }] : context.claims,
      }),
      keepEscalation: assign({
        escalations: ({ context, event }) =>
          event.type === "escalated"
            ? [...context.escalations, { party: event.party, status: event.status, says: event.says }]
            : context.escalations,
      }),
      keepDiagnosis: assign({
        claims: ({ context, event }) => (event.type === "diagnosed" ? judgedLast(context.claims, event) : context.claims),
      }),
      dropUnjudged: assign({ claims: ({ context }) => context.claims.filter(({ verdict }) => verdict !== undefined) }),
      keepVerdicts: assign({
        verdicts: ({ context, event }) => (event.type === "judged" || event.type === "glanced" ? event.items : context.verdicts),
      }),
      keepSolved: assign({ solved: ({ event }) => event.type === "judged" && event.solved }),
      keepReply: assign(({ event }) => (event.type === "replied" ? { reply: event.text } : {})),
      keepFailure: assign(({ event }) => (event.type === "engine-failed" ? { failure: event.message } : {})),
      forgetFailure: assign({ failure: null }),
      keepGaveUp: assign({ gaveUp: true }),
      // What was seen stays seen; what was done to the range is gone, and answers name things that it held.
      startAnew: assign({ answers: {}, escalations: [], verdicts: [], solved: false }),
    },
    guards: {
      isRight: ({ event }) => event.type === "diagnosed" && event.verdict === "right",
      isSolved: ({ event }) => event.type === "judged" && event.solved,
      isUnbegun: ({ context }) => !context.begun,
      wasSolved: ({ context }) => context.solved,
      mayMend: ({ context }) => mayMend(context),
    },
  }).createMachine({
    id: "learner",
    context: {
      asksForDiagnosis,
      begun: false,
      pins: [],
      hints: [],
      answers: {},
      claims: [],
      escalations: [],
      verdicts: [],
      solved: false,
      failure: null,
      gaveUp: false,
    },
    initial: "briefing",
    on: {
      pin: { actions: "keepPin" },
      hint: { actions: "keepHint" },
      answer: { actions: "keepAnswer" },
      glanced: { actions: "keepVerdicts" },
      "give-up": { target: ".debrief", actions: "keepGaveUp" },
      // From wherever it was: a verdict that was under way is asked for again.
      "engine-failed": { target: ".stranded", actions: ["keepFailure", "dropUnjudged"] },
      resumed: { target: ".rebuilding", actions: ["forgetFailure", "dropUnjudged"] },
    },
    states: {
      briefing: { on: { begin: { target: "back", actions: "keepBegun" } } },
      investigating: { on: { ...onTheWay, reset: anew } },
      committed: {
        on: { diagnosed: { target: "back", actions: "keepDiagnosis" } },
      },
      mending: { on: { ...onTheWay, reset: anew } },
      verifying: { on: { judged: { target: "back", actions: ["keepVerdicts", "keepSolved"] } } },
      closing: { on: { check: "verifying", reset: anew, escalated, replied: { target: "debrief", actions: "keepReply" } } },
      /** There is no range: the engine lost it. */
      stranded: {
        on: {
          rebuild: { target: "rebuilding", actions: "forgetFailure" },
          reset: { target: "rebuilding", actions: ["forgetFailure", "startAnew"] },
        },
      },
      /** A range is being brought to where the journal says it was. */
      rebuilding: { on: { rebuilt: "back", reset: { actions: "startAnew" } } },
      /** Where the session is, by what it remembers. */
      back: {
        always: [
          { guard: "isUnbegun", target: "briefing" },
          { guard: "wasSolved", target: "closing" },
          { guard: "mayMend", target: "mending" },
          { target: "investigating" },
        ],
      },
      debrief: { type: "final" },
    },
  });
}

function judgedLast(claims: readonly Claimed[], { verdict, says }: Extract<JournalEvent, { type: "diagnosed" }>): Claimed[] {
  const last = claims.at(-1);
  return last === undefined ? [] : [...claims.slice(0, -1), { ...last, verdict, says }];
}

/** Where a session stands after these events. Pure. @param from where it stood before them; at its beginning where it is not given */
export function foldSession(machine: LearnerMachine, events: Iterable<JournalEvent>, from?: LearnerSnapshot): LearnerSnapshot {
  let [snapshot] = from === undefined ? initialTransition(machine) : [from];
  for (const event of events) {
    // The end is the end: the pure transition would go on from it.
    if (snapshot.status !== "active") break;
    [snapshot] = transition(machine, snapshot, event);
  }
  return snapshot;
}

/** The same in words. */
export function stateOf(snapshot: LearnerSnapshot): LearnerState {
  return snapshot.value as LearnerState;
}
