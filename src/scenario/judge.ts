import type { JudgeContext, Verdict } from "../checks/check.ts";
import type { LogDialect } from "../daemons/daemon.ts";
import { traceLines } from "../trace/read-lines.ts";
import type { Range } from "../world/engine.ts";
import type { Answer } from "../world/question.ts";
import type { CompiledCheck } from "./compile-check.ts";
import { answersOf } from "./schema-question.ts";
import type { Stage } from "./stage.ts";

/** One objective or guard as the range is now. */
export interface Judged {
  readonly id: string;
  readonly kind: "objective" | "guard";
  /** The goal of an objective; the id of a guard. */
  readonly title: string;
  readonly verdict: Verdict;
  /** What the learner is told when a guard does not hold any more. */
  readonly says?: string;
}

/**
 * Judges every objective and guard at this moment.
 * @param given the learner's answers to questions, by objective id; a question without one is pending
 */
export async function judgeStage(
  { compiled, range }: Stage,
  dialects: readonly LogDialect[],
  given: Readonly<Record<string, string>> = {},
): Promise<Judged[]> {
  const { trace } = traceLines(range.lines(), dialects);
  const context: JudgeContext = { world: compiled.healthy, trace: trace() };
  const ask = askOnce(range);
  const judged: Judged[] = [];
  for (const objective of compiled.objectives) {
    const { id, goal } = objective;
    const verdict =
      "question" in objective
        ? judgeAnswer(given[id], answersOf(objective.answer, context.trace))
        : await judgeCheck(objective, ask, context);
    judged.push({ id, kind: "objective", title: goal, verdict });
  }
  for (const guard of compiled.guards) {
    judged.push({ id: guard.id, kind: "guard", title: guard.id, verdict: await judgeCheck(guard, ask, context), says: guard.says });
  }
  return judged;
}

/** Solved: every objective and guard passes, at the same moment. */
export function allPass(judged: readonly Judged[]): boolean {
  return judged.every(({ verdict }) => verdict.status === "pass");
}

/** The right answers to the scenario's questions just now, by objective id; a question that nothing answers yet has none. */
export function rightAnswers({ compiled, range }: Stage, dialects: readonly LogDialect[]): Record<string, string> {
  const trace = traceLines(range.lines(), dialects).trace();
  const answers: Record<string, string> = {};
  for (const objective of compiled.objectives) {
    const [answer] = "question" in objective ? answersOf(objective.answer, trace) : [];
    if (answer !== undefined) answers[objective.id] = answer;
  }
  return answers;
}

type Ask = (check: CompiledCheck, context: JudgeContext) => Promise<Answer[]>;

/** Checks often ask the same; each question is put to the range once. */
function askOnce(range: Range): Ask {
  const answers = new Map<string, Promise<Answer>>();
  return async ({ check, params }, { world }) => {
    const own: Answer[] = [];
    for (const question of check.needs(params, world)) {
      const key = JSON.stringify(question);
      const answer = answers.get(key) ?? range.ask(question);
      answers.set(key, answer);
      own.push(await answer);
    }
    return own;
  };
}

async function judgeCheck(compiled: CompiledCheck, ask: Ask, context: JudgeContext): Promise<Verdict> {
  return compiled.check.judge(compiled.params, await ask(compiled, context), context);
}

/** Case and white space around an answer do not matter. */
function judgeAnswer(given: string | undefined, right: readonly string[]): Verdict {
  if (given === undefined) return { status: "pending", says: "Not answered yet.", evidence: [] };
  const same = right.some((answer) => answer.toLowerCase() === given.trim().toLowerCase());
  if (same) return { status: "pass", says: "That is right.", evidence: [] };
  if (right.length === 0) return { status: "fail", says: "There is nothing to answer about yet.", evidence: [] };
  return { status: "fail", says: `${given.trim()} is not it.`, evidence: [] };
}
