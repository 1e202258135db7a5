import type { AnswerOf, Question } from "../../../world/question.ts";
import type { LiveRange } from "../live-range.ts";
import { answerDialogue } from "./dialogue.ts";
import { answerFile } from "./file.ts";
import { answerMailbox } from "./mailbox.ts";
import { answerQueue } from "./queue.ts";
import { answerResolve } from "./resolve.ts";
import { answerSend } from "./send.ts";

/** How each question is answered by the real programs. A kind of question without a handler is a compile error. */
const handlers: {
  readonly [Ask in Question["ask"]]: (range: LiveRange, question: Extract<Question, { readonly ask: Ask }>) => Promise<AnswerOf[Ask]>;
} = {
  send: answerSend,
  dialogue: answerDialogue,
  resolve: answerResolve,
  mailbox: answerMailbox,
  queue: answerQueue,
  file: answerFile,
};

export function answer<Q extends Question>(range: LiveRange, question: Q): Promise<AnswerOf[Q["ask"]]> {
  // The record's type ties each handler to its question; the compiler cannot follow that through an index.
  const handler = handlers[question.ask] as unknown as (range: LiveRange, asked: Q) => Promise<AnswerOf[Q["ask"]]>;
  return handler(range, question);
}
