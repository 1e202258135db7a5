import { quoteWord } from "../../../base/shell-words.ts";
import type { MailboxEffect } from "../../../world/effect.ts";
import { hasDaemon, type World } from "../../../world/world.ts";
import { archiveOf } from "../archive.ts";
import { mailFiles } from "../host-files.ts";
import type { LiveHost } from "../live-host.ts";
import type { Undo } from "./undo.ts";

/** Puts old mail into a folder of a user's mailbox, and has the quota counted again. Taking it back removes what is still there of it, read or not. */
export async function fillInbox(world: World, live: LiveHost, { user, ...content }: MailboxEffect): Promise<Undo> {
  const files = mailFiles(world, live.host, { user, ...content });
  await live.container.putArchive(await archiveOf(files), { path: "/" });
  await recount(live, user);
  return async () => {
    // A message keeps its name up to the flags; it may have been moved from folder to folder.
    for (const { path } of files) {
      const [, maildir = "", name = ""] = /^(.*)\/cur\/([^:]+)/.exec(path) ?? [];
      await live.demand(`find ${quoteWord(maildir)} -name ${quoteWord(`${name}*`)} -delete`);
    }
    await recount(live, user);
    return undefined;
  };
}

async function recount({ host, demand }: LiveHost, user: string): Promise<void> {
  if (hasDaemon(host, "dovecot")) await demand(`doveadm quota recalc -u ${quoteWord(user)}`);
}
