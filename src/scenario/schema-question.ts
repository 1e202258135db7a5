import { z } from "zod";
import type { MessageTrace, Trace } from "../world/trace.ts";
import { id, words } from "./schema-parts.ts";

/** A question whose answer is computed from what the range logged, so that no two learners share it. */
export const answer = z
  .strictObject({
    fact: z.enum(["queue-id"]).meta({ description: "queue-id: the id under which a host kept the message." }),
    on: id.meta({ description: "The host that the fact is about." }),
    entered: id.meta({ description: "The host that took the message in first." }),
    client: words.optional().meta({ description: "The address of the client that handed it in." }),
    from: words.optional(),
  })
  .meta({ description: "How the answer is computed: a fact about the messages that came in where and from whom it says." });

export type AnswerText = z.infer<typeof answer>;

/** Every right answer there is just now, the latest message first; empty while no message fits. */
export function answersOf(question: AnswerText, trace: Trace): string[] {
  return trace.messages
    .filter((message) => fits(message, question))
    .flatMap((message) => message.hops.filter(({ host }) => host === question.on).map(({ queueId }) => queueId))
    .reverse();
}

function fits({ from, hops }: MessageTrace, question: AnswerText): boolean {
  const first = hops[0];
  if (first === undefined || first.host !== question.entered) return false;
  if (question.client !== undefined && !first.client.includes(`[${question.client}]`)) return false;
  return question.from === undefined || from === question.from;
}
