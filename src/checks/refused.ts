import { z } from "zod";
import type { DialogueAnswer } from "../world/question.ts";
import type { HostKey } from "../world/world.ts";
import type { Check } from "./check.ts";

export interface RefusedParams {
  readonly from: HostKey;
  readonly to: HostKey;
  readonly port: number;
  readonly helo: string;
  readonly sender: string;
  readonly recipient: string;
  /** First digits of the reply that counts as a refusal: `5`, `454`, `550 5.1.1`; any of them will do. */
  readonly codes: readonly string[];
  /** Words that the refusal must contain, so that a server that refuses everything does not pass. */
  readonly saying: string;
}

/** An SMTP server refuses this envelope, and for the right reason: a down server or a blanket refusal does not pass. */
export const refused: Check<RefusedParams> = {
  id: "refused",
  summary: "A server refuses a sender and recipient at RCPT TO, for the reason given.",
  params: z.strictObject({
    from: z.string(),
    to: z.string(),
    port: z.number().int().default(25),
    helo: z.string(),
    sender: z.string(),
    recipient: z.string(),
    codes: z.array(z.string()).min(1).readonly(),
    saying: z.string(),
  }),
  needs: ({ from, to, port, helo, sender, recipient }) => [
    {
      ask: "dialogue",
      from,
      to,
      port,
      send: [`EHLO ${helo}`, `MAIL FROM:<${sender}>`, `RCPT TO:<${recipient}>`, "QUIT"],
    },
  ],
  judge: ({ to, recipient, codes, saying }, answers) => {
    const { failure, steps } = answers[0] as DialogueAnswer;
    const transcript = steps.map(({ sent, reply }) => (sent === undefined ? reply : `> ${sent}\n${reply}`)).join("\n");
    const evidence = [{ kind: "reply", text: failure ?? transcript } as const];
    if (failure !== undefined) return { status: "fail", says: `${to} does not answer: ${failure}.`, evidence };
    const reply = steps.find(({ sent }) => sent?.startsWith("RCPT"))?.reply ?? "";
    if (reply.startsWith("2")) return { status: "fail", says: `${to} takes mail for ${recipient}: ${reply}`, evidence };
    const rightly = codes.some((code) => reply.startsWith(code)) && reply.includes(saying);
    if (!rightly) return { status: "fail", says: `${to} refuses ${recipient}, but for another reason: ${reply || "no reply"}`, evidence };
    return { status: "pass", says: `${to} refuses ${recipient}.`, evidence };
  },
};
