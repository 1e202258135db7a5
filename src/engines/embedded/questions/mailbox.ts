import { maildirOf } from "../../../daemons/mailbox-place.ts";
import { headerValue, parseHeader, receivedBy } from "../../../mail/message.ts";
import type { MailboxAnswer, MailboxQuestion } from "../../../world/question.ts";
import type { FileTree } from "../files/file-tree.ts";
import type { LiveRange } from "../live-range.ts";

/** Lists a user's mailbox from its Maildir: the files are what a mail program would show. */
export async function answerMailbox(range: LiveRange, { host, address }: MailboxQuestion): Promise<MailboxAnswer> {
  const { files } = range.machine(host);
  const maildir = maildirOf(files, address);
  if (maildir === undefined) return { ask: "mailbox", messages: [] };
  return { ask: "mailbox", messages: foldersOf(files, maildir).flatMap(({ folder, path }) => messagesIn(files, folder, path)) };
}

/** INBOX is the Maildir itself; `.Junk` and its like are folders beside it (Maildir++). */
function foldersOf(files: FileTree, maildir: string): { readonly folder: string; readonly path: string }[] {
  const others = files.list(maildir).filter((name) => name.startsWith("."));
  return [{ folder: "INBOX", path: maildir }, ...others.map((name) => ({ folder: name.slice(1), path: `${maildir}/${name}` }))];
}

function messagesIn(files: FileTree, folder: string, path: string): MailboxAnswer["messages"][number][] {
  const paths = ["cur", "new"].flatMap((part) => files.list(`${path}/${part}`).map((name) => `${path}/${part}/${name}`));
  return paths.flatMap((message) => {
    const content = files.readBytes(message);
    if (content === undefined) return [];
    const fields = parseHeader(content);
    const value = (name: string): string => headerValue(fields, name) ?? "";
    const sizeBytes = content.length;
    return [{ messageId: value("Message-ID"), from: value("From"), subject: value("Subject"), folder, sizeBytes, via: receivedBy(fields) }];
  });
}
