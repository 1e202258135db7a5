import type { AnswerOf, Question } from "../../../world/question.ts";
import type { LiveRange } from "../live-range.ts";

/**
 * How each question is answered, by a fork of the range that is thrown away afterwards: a handler may stop daemons, send
 * mail and let time pass. A kind of question without a handler is a compile error.
 */
export type QuestionHandlers = {
  readonly [Ask in Question["ask"]]: (range: LiveRange, question: Extract<Question, { readonly ask: Ask }>) => Promise<AnswerOf[Ask]>;
};
