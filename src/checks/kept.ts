import { z } from "zod";
import { oldMail } from "../daemons/dovecot/maildir.ts";
import type { MailboxAnswer } from "../world/question.ts";
import { type HostKey, hostOf } from "../world/world.ts";
import type { Check } from "./check.ts";

export interface KeptParams {
  readonly address: string;
  readonly mailboxHost: HostKey;
  /** The folder whose old mail is to be kept. */
  readonly folder: string;
  /** A folder that does not count as kept: what lies there is as good as gone. */
  readonly notIn: string;
}

/** The old mail of a mailbox is still there, in whatever folder: nobody has made room with what belongs to somebody. */
export const kept: Check<KeptParams> = {
  id: "kept",
  summary: "The mail that a folder held from the start is still in the mailbox.",
  params: z.strictObject({
    address: z.string(),
    mailboxHost: z.string(),
    folder: z.string().default("INBOX"),
    notIn: z.string().default("Trash"),
  }),
  needs: ({ address, mailboxHost }) => [{ ask: "mailbox", host: mailboxHost, address }],
  judge: ({ address, mailboxHost, folder, notIn }, answers, { world }) => {
    const { messages } = answers[0] as MailboxAnswer;
    const host = hostOf(world, mailboxHost);
    const user = address.split("@")[0];
    const wanted = host.mailboxes
      .filter((content) => content.user === user && (content.folder ?? "INBOX") === folder)
      .flatMap(({ fillBytes }) => oldMail({ fillBytes, address, hostName: host.name, beforeMs: world.startsAtMs }));
    const there = new Set(messages.filter((message) => message.folder !== notIn).map(({ messageId }) => messageId));
    const gone = wanted.filter(({ content }) => !there.has(/^Message-ID: (.*)$/m.exec(content)?.[1] ?? ""));
    const text = `${wanted.length - gone.length} of ${wanted.length} old messages from ${folder} of ${address} are there`;
    const evidence = [{ kind: "answer", text } as const];
    if (gone.length === 0) return { status: "pass", says: "What was in the mailbox is still there.", evidence };
    return { status: "fail", says: `${gone.length} of ${wanted.length} old messages of ${address} are gone.`, evidence };
  },
};
