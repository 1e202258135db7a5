import { z } from "zod";

const user = z.string().regex(/^[a-z0-9._-]+$/, "a user name in small letters");

/** What a world says about a Dovecot; the rest is the same on every host. */
export const dovecotSettings = z
  .strictObject({
    comment: z.string().min(1).describe("The first line of dovecot.conf: what this host does, in an administrator's words."),
    users: z
      .record(user, z.string().regex(/^[^:\s]+$/, "a password without colons and spaces"))
      .describe("User name → password. Each has a mailbox at /srv/vmail/<user>/Maildir."),
    quota: z
      .string()
      .regex(/^\d+[kMGT]?$/, "a size such as 50M")
      .optional()
      .describe("What each mailbox may hold. Absent: as much as it likes."),
    "quota-full-tempfail": z
      .boolean()
      .default(false)
      .describe("Whether mail for a full mailbox is put off (452) instead of refused (552)."),
    "lmtp-port": z.number().int().min(1).max(65535).optional().describe("A TCP port for LMTP beside the socket in Postfix's spool."),
  })
  .describe("A Dovecot: dovecot.conf and the users' passwd-file.");

export type DovecotSettings = z.output<typeof dovecotSettings>;
