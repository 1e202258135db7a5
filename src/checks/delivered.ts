import { z } from "zod";
import type { RecipientFate, SendAnswer } from "../world/question.ts";
import type { HostKey } from "../world/world.ts";
import type { Check, Evidence } from "./check.ts";
import { type ProbeMail, probeMail } from "./mail.ts";

export interface DeliveredParams {
  readonly mail: ProbeMail;
  /** Hosts the mail must pass, in this order; hosts in between are free. */
  readonly via: readonly HostKey[];
  /** Hosts the mail must not pass. */
  readonly notVia: readonly HostKey[];
  /** On the range's clock. */
  readonly withinMs: number;
  /** Hosts that are down while the mail is under way. With some down, a mail that waits safely on its way is enough. */
  readonly whileDown: readonly HostKey[];
}

/** A mail sent now reaches every recipient's mailbox, once, by the right way, in time. */
export const delivered: Check<DeliveredParams> = {
  id: "delivered",
  summary: "A mail sent now arrives: every recipient, exactly once, by the named hosts, within the time.",
  params: z.strictObject({
    mail: probeMail,
    via: z.array(z.string()).readonly().default([]),
    notVia: z.array(z.string()).readonly().default([]),
    withinMs: z.number().positive().default(60_000),
    whileDown: z.array(z.string()).readonly().default([]),
  }),
  needs: ({ mail, withinMs, whileDown }) => [{ ask: "send", from: mail.from, mail: mail.message, withinMs, whileDown }],
  judge: (params, answers) => {
    const { recipients } = answers[0] as SendAnswer;
    const failures = recipients.flatMap((recipient) => complaint(params, recipient) ?? []);
    const evidence = recipients.flatMap(evidenceOf);
    const first = failures[0];
    if (first !== undefined) return { status: "fail", says: first, evidence };
    return { status: "pass", says: `${params.mail.message.subject}: delivered.`, evidence };
  },
};

function complaint(params: DeliveredParams, { address, fate, copies, path, reply }: RecipientFate): string | undefined {
  const route = path.join(" > ");
  const parked = fate === "waiting" && params.whileDown.length > 0 && path.length > 1;
  if (fate !== "delivered" && !parked) {
    return `Mail to ${address} ${inWords[fate]}${reply === undefined ? "." : `: ${reply}`}`;
  }
  if (fate === "delivered" && copies !== 1) return `Mail to ${address} arrived ${copies} times.`;
  if (!passes(path, params.via)) return `Mail to ${address} went ${route}, not by way of ${params.via.join(", then ")}.`;
  const astray = params.notVia.find((host) => path.includes(host));
  if (astray !== undefined) return `Mail to ${address} went ${route}, by way of ${astray}.`;
  return undefined;
}

const inWords: Readonly<Record<RecipientFate["fate"], string>> = {
  delivered: "arrived",
  bounced: "came back",
  waiting: "did not arrive in time and still waits in a queue",
  rejected: "was refused",
  vanished: "was accepted and is nowhere to be found",
};

/** Whether `path` contains `via` as a subsequence. */
function passes(path: readonly HostKey[], via: readonly HostKey[]): boolean {
  let next = 0;
  for (const host of path) if (host === via[next]) next++;
  return next === via.length;
}

function evidenceOf(recipient: RecipientFate): Evidence[] {
  return recipient.lines.slice(-6).map((line) => ({ kind: "line", line }));
}
