import { z } from "zod";
import { ProblemError } from "../base/problem.ts";
import { readPasswdFile } from "../daemons/dovecot/passwd-file.ts";
import { readPolicy } from "../daemons/dovecot/policy.ts";
import { quotaRoots } from "../daemons/dovecot/quota.ts";
import { filesOf } from "../daemons/effects.ts";
import { type Host, hostOf } from "../world/world.ts";
import type { Fault } from "./fault.ts";

export interface MailboxOverQuotaParams {
  /** The host that holds the mailbox. */
  readonly host: string;
  /** The user as that host knows it. */
  readonly user: string;
  /** Where the mail lies that is too much. */
  readonly folder: string;
}

/** How far the mailbox is over its limit: a little, as it comes about where the last mail may go over it. */
const overBytes = 64 * 1024;

/** A mailbox holds more than its limit; Dovecot lets nothing more in. */
export const mailboxOverQuota: Fault<MailboxOverQuotaParams> = {
  id: "mailbox-over-quota",
  summary: "Old mail has filled a user's mailbox beyond its quota; the mailbox server refuses, or puts off, whatever comes.",
  teaches: ["quota", "refuse-or-put-off", "reading-a-bounce"],
  group: "mailbox",
  params: z.strictObject({
    host: z.string().min(1).describe("The host that holds the mailbox."),
    user: z.string().min(1).describe("The user as that host knows it, without the domain."),
    folder: z.string().min(1).default("INBOX").describe("The folder in which the mail lies that is too much."),
  }),
  symptom: () => ["Quota exceeded (mailbox for user is full)"],
  effects: ({ host, user, folder }, world) => {
    const holder = hostOf(world, host);
    const held = holder.mailboxes.filter((content) => content.user === user).reduce((sum, { fillBytes }) => sum + fillBytes, 0);
    const fillBytes = limitOf(holder, user) - held + overBytes;
    const place = folder === "INBOX" ? {} : { folder };
    return fillBytes <= 0 ? [] : [{ effect: "mailbox", host, user, ...place, fillBytes }];
  },
};

/** A user's storage limit, from the host's files. @throws ProblemError where there is none */
function limitOf(host: Host, user: string): number {
  const files = filesOf(host);
  const { policy } = readPolicy(files);
  const users = policy.userDatabases.flatMap(({ args }) => readPasswdFile(args, files.read(args) ?? "").entries);
  const own = users.find((entry) => entry.user === user)?.fields ?? {};
  const roots = policy.mailPlugins.includes("quota") ? quotaRoots({ ...policy.plugin, ...own }) : [];
  const limits = roots.map(({ storageLimitBytes }) => storageLimitBytes).filter((bytes) => bytes > 0);
  if (limits.length > 0) return Math.min(...limits);
  const message = `The mailbox of ${user} has no limit that could be passed.`;
  throw new ProblemError({ code: "no-quota", message, where: { host: host.key }, hint: "Give the host's Dovecot a `quota`." });
}
