import { folderPath, oldMail, parseMaildirName } from "../../daemons/dovecot/maildir.ts";
import { mailboxOf } from "../../daemons/mailbox-place.ts";
import type { Host, MailboxContent, World } from "../../world/world.ts";
import { MAIL_UID, makeMailDirectory, ownerName } from "./daemons/dovecot/mail-directory.ts";
import type { FileTree } from "./files/file-tree.ts";

/**
 * Puts old, read mail into a folder of a user's mailbox, older than what is there and than the range. The same folder gets the same mail
 * before the start as in a running range.
 * @returns the paths of the new messages
 * @throws ProblemError when the host keeps no such mailbox
 */
export function fillMailbox(files: FileTree, world: World, host: Host, { user, folder, fillBytes }: MailboxContent): readonly string[] {
  const { address, maildir } = mailboxOf(files, world, host, user);
  const place = folderPath(maildir, folder);
  const owner = ownerName(files, MAIL_UID);
  for (const root of new Set([maildir, place]))
    for (const part of ["cur", "new", "tmp"]) makeMailDirectory(files, `${root}/${part}`, owner);
  const ages = files.list(`${place}/cur`).map((name) => (parseMaildirName(name).seconds ?? Number.POSITIVE_INFINITY) * 1000);
  const beforeMs = Math.min(world.startsAtMs, ...ages);
  return oldMail({ fillBytes, address, hostName: host.name, beforeMs }).map((message) => {
    const path = `${place}/cur/${message.name}:2,S`;
    files.write(path, message.content, { mode: 0o600, owner: owner });
    files.setModifiedTime(path, message.atMs);
    return path;
  });
}
