import type { ZodType } from "zod";
import type { LogLine } from "../world/event.ts";
import type { Answer, Question } from "../world/question.ts";
import type { Trace } from "../world/trace.ts";
import type { World } from "../world/world.ts";

/**
 * A check: what to ask a range and how to judge the answers. Pure; it never waits and never touches a range.
 * Checks look at what happens to mail, never at which command was typed.
 */
export interface Check<Params> {
  readonly id: string;
  readonly summary: string;
  readonly params: ZodType<Params>;
  needs(params: Params, world: World): readonly Question[];
  /** Answers come in the order of `needs`; the trace is that of the range's own mail. */
  judge(params: Params, answers: readonly Answer[], context: JudgeContext): Verdict;
}

export interface JudgeContext {
  readonly world: World;
  readonly trace: Trace;
}

export interface Verdict {
  readonly status: "pass" | "fail" | "pending";
  /** One sentence a learner can act on, without the cause. */
  readonly says: string;
  readonly evidence: readonly Evidence[];
}

/** What shows it: a log line, a reply, or an answer in the words of the tool that gives it. */
export type Evidence =
  | { readonly kind: "line"; readonly line: LogLine }
  | { readonly kind: "reply"; readonly text: string }
  | { readonly kind: "answer"; readonly text: string };

/** A piece of evidence as one text; a log line with the host whose log it is: `mx1: Nov 30 08:12:03 ...`. */
export function evidenceText(evidence: Evidence): string {
  return evidence.kind === "line" ? `${evidence.line.host}: ${evidence.line.text}` : evidence.text;
}
