import { folderPath, oldMail } from "../../daemons/dovecot/maildir.ts";
import { filesOf } from "../../daemons/effects.ts";
import { identityFiles } from "../../daemons/identity-files.ts";
import { mailboxOf } from "../../daemons/mailbox-place.ts";
import { parseDatabase } from "../../daemons/postfix/tables/database.ts";
import type { DaemonKind, Host, MailboxContent, World } from "../../world/world.ts";

/** A file as it is put into a container before it starts. */
export interface HostFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedAtMs: number;
}

/** What host-init (images/base) reads: files that Docker would overwrite, tables to compile, daemons to leave stopped. */
export const bootFolder = "/usr/local/etc/host";
/** Where contents of small file systems lie until host-init has them in place. */
export const skeletonFolder = "/usr/local/lib/skeleton";
/** The user and group to whom virtual mailboxes belong (images/postfix). */
const mailUser = 5000;

/** The service of each daemon, as the images' systemctl calls it. */
export const serviceOf: Readonly<Partial<Record<DaemonKind, string>>> = {
  postfix: "postfix",
  exim: "exim4",
  bind: "named",
  dovecot: "dovecot",
  rspamd: "rspamd",
};

/**
 * All files of a host, root's unless a mailbox holds them. The world's files stand; what it leaves out follows from the host.
 * @param mounted paths that get a file system of their own at start: what belongs there waits in the skeleton
 */
export function hostFiles(world: World, host: Host, mounted: readonly string[]): HostFile[] {
  const rootsOwn = { mode: 0o644, uid: 0, gid: 0, modifiedAtMs: world.startsAtMs };
  const identity = identityFiles(host);
  const files: HostFile[] = [];
  for (const [path, content] of Object.entries({ ...identity, ...host.files })) {
    if (path.endsWith(".db")) files.push({ ...rootsOwn, path: `${bootFolder}/tables${path.slice(0, -3)}`, content: tableSource(content) });
    else files.push({ ...rootsOwn, path: Object.hasOwn(identity, path) ? `${bootFolder}${path}` : path, content });
  }
  for (const { kind, state } of host.daemons) {
    if (state === "stopped") files.push({ ...rootsOwn, path: `${bootFolder}/disabled/${serviceOf[kind] ?? kind}`, content: "" });
  }
  for (const content of host.mailboxes) files.push(...mailFiles(world, host, content));
  return files.map((file) =>
    mounted.some((point) => file.path.startsWith(`${point}/`)) ? { ...file, path: skeletonFolder + file.path } : file,
  );
}

/** Our text form of a compiled table as a source that postmap makes the same table of. */
function tableSource(database: string): string {
  const entries = parseDatabase(database)?.entries ?? new Map<string, string>();
  return [...entries].map(([key, value]) => `${key}\t${value}\n`).join("");
}

/** Old, read mail in a folder of a user's mailbox. @throws ProblemError when the host keeps no such mailbox */
export function mailFiles(world: World, host: Host, { user, folder, fillBytes }: MailboxContent): HostFile[] {
  const { address, maildir } = mailboxOf(filesOf(host), world, host, user);
  return oldMail({ fillBytes, address, hostName: host.name, beforeMs: world.startsAtMs }).map(({ name, content, atMs }) => ({
    path: `${folderPath(maildir, folder)}/cur/${name}:2,S`,
    content,
    mode: 0o600,
    uid: mailUser,
    gid: mailUser,
    modifiedAtMs: atMs,
  }));
}
