import { z } from "zod";

/** What a world says about an Rspamd; the rest is the same on every host. */
export const rspamdSettings = z
  .strictObject({
    comment: z.string().min(1).describe("The first line of rspamd.conf: what this host does, in an administrator's words."),
    "local-addrs": z
      .strictObject({
        comment: z.string().optional().describe("Whose addresses they are, as a comment above them."),
        addresses: z.array(z.string()).describe("Addresses and networks whose mail is not checked for SPF, DKIM and DMARC."),
      })
      .describe("Whom Rspamd trusts."),
  })
  .describe("An Rspamd: rspamd.conf with the modules in use, and its local.d.");

export type RspamdSettings = z.output<typeof rspamdSettings>;
