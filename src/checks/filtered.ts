import { z } from "zod";
import type { DialogueAnswer } from "../world/question.ts";
import type { HostKey } from "../world/world.ts";
import type { Check } from "./check.ts";

export interface FilteredParams {
  readonly from: HostKey;
  readonly to: HostKey;
  readonly helo: string;
  readonly sender: string;
  readonly recipient: string;
  /** The message as it goes over the wire after DATA, without the final dot. */
  readonly message: readonly string[];
}

/** A message that the filter must stop is refused at the end of DATA. */
export const filtered: Check<FilteredParams> = {
  id: "filtered",
  summary: "A message that the spam filter must stop (GTUBE, a spoofed sender) is refused after DATA.",
  params: z.strictObject({
    from: z.string(),
    to: z.string(),
    helo: z.string(),
    sender: z.string(),
    recipient: z.string(),
    message: z.array(z.string()).min(1).readonly(),
  }),
  needs: ({ from, to, helo, sender, recipient, message }) => [
    {
      ask: "dialogue",
      from,
      to,
      port: 25,
      send: [`EHLO ${helo}`, `MAIL FROM:<${sender}>`, `RCPT TO:<${recipient}>`, "DATA", ...message, ".", "QUIT"],
    },
  ],
  judge: ({ to }, answers) => {
    const { failure, steps } = answers[0] as DialogueAnswer;
    const replies = steps.map(({ reply }) => reply);
    const evidence = [{ kind: "reply", text: failure ?? replies.join("\n") } as const];
    if (failure !== undefined) return { status: "fail", says: `${to} does not answer: ${failure}.`, evidence };
    const end = steps.findIndex(({ reply }) => reply.startsWith("354"));
    if (end < 0) return { status: "fail", says: `${to} did not come to DATA: ${replies.at(-2) ?? "no reply"}`, evidence };
    const verdict = steps[end + 1]?.reply ?? "";
    if (verdict.startsWith("5")) return { status: "pass", says: `${to} refuses it: ${verdict}`, evidence };
    return { status: "fail", says: `${to} let it pass: ${verdict || "no reply"}`, evidence };
  },
};
