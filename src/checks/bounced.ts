import { z } from "zod";
import type { SendAnswer } from "../world/question.ts";
import type { Check } from "./check.ts";
import { type ProbeMail, probeMail } from "./mail.ts";

export interface BouncedParams {
  readonly mail: ProbeMail;
  readonly withinMs: number;
  /** Words that the bounce must contain. */
  readonly saying: string;
  /** Whether a mail that is put off with these words, and waits, will do as well. */
  readonly orDeferred: boolean;
}

/** A mail sent now comes back to its sender, with these words (or waits, with these words). For worlds in which a refusal is what is right. */
export const bounced: Check<BouncedParams> = {
  id: "bounced",
  summary: "A mail sent now comes back to its sender, and the bounce says why.",
  params: z.strictObject({
    mail: probeMail,
    withinMs: z.number().positive().default(60_000),
    saying: z.string().default(""),
    orDeferred: z.boolean().default(false),
  }),
  needs: ({ mail, withinMs }) => [{ ask: "send", from: mail.from, mail: mail.message, withinMs, whileDown: [] }],
  judge: ({ saying, orDeferred }, answers) => {
    const { recipients } = answers[0] as SendAnswer;
    const evidence = recipients.flatMap((recipient) => recipient.lines.slice(-3).map((line) => ({ kind: "line", line }) as const));
    const turnedAway = orDeferred ? ["bounced", "waiting"] : ["bounced"];
    const wrong = recipients.find(({ fate, reply }) => !turnedAway.includes(fate) || !(reply ?? "").includes(saying));
    if (wrong === undefined) return { status: "pass", says: "It comes back with the reason.", evidence };
    const says = turnedAway.includes(wrong.fate)
      ? `Mail to ${wrong.address} is turned away for another reason: ${wrong.reply ?? "none given"}`
      : `Mail to ${wrong.address} does not come back: it is ${wrong.fate}.`;
    return { status: "fail", says, evidence };
  },
};
