import { z } from "zod";

const address = z.string().regex(/^[^\s@]+@[^\s@]+$/, "an address, user@domain");
const domain = z.string().regex(/^[^\s@]+$/, "a domain name");

/** What a world says about a Postfix; the rest is the same on every host. */
export const postfixSettings = z
  .strictObject({
    comment: z.string().min(1).describe("The first line of main.cf: what this host does, in an administrator's words."),
    "mail-name": domain.describe("The name in /etc/mailname: what local senders and addresses without a domain are completed with."),
    mailboxes: z.array(address).default([]).describe("Addresses with a mailbox on this host (virtual mailboxes)."),
    "deliver-to": z
      .enum(["maildir", "dovecot"])
      .default("maildir")
      .describe("Who writes into the mailboxes: virtual(8) itself, or Dovecot over LMTP on the same host."),
    virtual: z.record(address, z.array(address).min(1)).default({}).describe("Other addresses, and where their mail goes."),
    "relay-domains": z.array(domain).default([]).describe("Domains that this host takes mail for and passes on."),
    "relay-recipients": z.array(address).default([]).describe("Who exists in them; the postmasters are added. Empty: everybody."),
    "relays-to": z.string().optional().describe("The host that gets their mail, by name, without an MX lookup."),
    relayhost: z.string().optional().describe("The host through which all other mail leaves, by name, without an MX lookup."),
    mynetworks: z.array(z.string()).default([]).describe("Networks beside 127.0.0.0/8 whose hosts may send anywhere."),
    milter: z.string().optional().describe("The filter that sees incoming mail, host:port."),
    parameters: z
      .record(z.string().regex(/^\w+$/), z.union([z.string(), z.number(), z.boolean()]))
      .default({})
      .describe("Further parameters of main.cf. One that is set already is replaced in its place."),
  })
  .describe("A Postfix: its files in /etc/postfix, /etc/aliases and /etc/mailname.");

export type PostfixSettings = z.output<typeof postfixSettings>;
