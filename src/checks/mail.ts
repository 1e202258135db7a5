import { z } from "zod";
import type { MailToSend } from "../world/question.ts";
import type { HostKey } from "../world/world.ts";

/** A mail that a check sends: where it is handed in, and the message. Scenarios write its id; compiling puts the mail in its place. */
export interface ProbeMail {
  /** The host whose users hand it in. */
  readonly from: HostKey;
  readonly message: MailToSend;
}

/** How a check's parameters hold a mail once the scenario is compiled. */
export const probeMail: z.ZodType<ProbeMail> = z.strictObject({
  from: z.string(),
  message: z.strictObject({
    from: z.string(),
    to: z.array(z.string()).min(1).readonly(),
    subject: z.string(),
    text: z.string(),
    sizeBytes: z.number().int().positive().exactOptional(),
    headers: z.array(z.string()).readonly().exactOptional(),
  }),
});
