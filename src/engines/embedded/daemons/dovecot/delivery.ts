import { messageSizes } from "../../../../daemons/dovecot/maildir.ts";
import type { DovecotPolicy } from "../../../../daemons/dovecot/policy.ts";
import { fitsQuota } from "../../../../daemons/dovecot/quota.ts";
import { FileError, type FileTree } from "../../files/file-tree.ts";
import { nearestDirectory, refusal } from "./access.ts";
import type { OpenUser } from "./mailbox-user.ts";

/** What becomes of one mail for one user. */
export interface DeliveryOutcome {
  /** Without the address: `250 2.0.0`, `552 5.2.2` ... and the text after the address. */
  readonly code: string;
  readonly text: string;
  /** Lines that the process logs as errors before the last word, oldest first. */
  readonly errors: readonly string[];
  /** Why the mail was not saved. */
  readonly failure?: string;
  readonly unopened?: true;
}

export interface DeliverySetup {
  readonly files: FileTree;
  readonly policy: DovecotPolicy;
  readonly user: OpenUser;
  /** The whole mail with its new fields, LF lines, latin1. */
  readonly content: string;
  /** Of the lmtp process. */
  readonly pid: number;
  readonly atMs: number;
}

const FULL = "Quota exceeded (mailbox for user is full)";

/** Saves a mail into the user's INBOX, which is made when there is none. The words are the real program's. */
export function deliver(setup: DeliverySetup): DeliveryOutcome {
  const { user, content, pid, policy } = setup;
  const unopened = openInbox(setup);
  if (unopened !== undefined) return unopened;
  const sizes = messageSizes(content);
  if (user.quota.length > 0 && !fitsQuota(user.quota, user.store.usage(), sizes.virtualBytes)) {
    const text = policy.plugin.quota_exceeded_message ?? FULL;
    return { code: policy.quotaFullTempfail ? "452 4.2.2" : "552 5.2.2", text, errors: [], failure: text };
  }
  const { temporary, final } = user.store.nextName(pid, content);
  const place = (part: string): string => `${user.store.root}/${part}`;
  const locked = refusal(setup.files, user.identity, user.store.root, "w");
  if (locked !== undefined) return failed(setup, [`Mailbox INBOX: file_dotlock_create(${place("dovecot-uidlist")}) failed: ${locked}`]);
  if (refusal(setup.files, user.identity, place("tmp"), "w") !== undefined) {
    return failed(setup, [`Mailbox INBOX: open(${place(`tmp/${temporary}`)}) failed: Permission denied`]);
  }
  if (refusal(setup.files, user.identity, place("new"), "w") !== undefined) {
    return failed(setup, [`Mailbox INBOX: rename(${place(`tmp/${temporary}`)}, ${place(`new/${final}`)}) failed: Permission denied`]);
  }
  try {
    user.store.deliver(final, content);
    user.store.folder("INBOX", pid);
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== "ENOSPC") throw error;
    const words = `Mailbox INBOX: Saving mail: write(${place(`tmp/${temporary}`)}) failed: No space left on device`;
    return failed(setup, [words, words]);
  }
  return { code: "250 2.0.0", text: "Saved", errors: [] };
}

/** Makes the INBOX where there is none. */
function openInbox(setup: DeliverySetup): DeliveryOutcome | undefined {
  const { user, files, pid } = setup;
  const { root } = user.store;
  const unreachable = refusal(files, user.identity, nearestDirectory(files, root), "x");
  if (unreachable !== undefined) return failed(setup, [`stat(${root}/tmp) failed: ${unreachable}`], true);
  if (user.store.exists()) return undefined;
  const kept = refusal(files, user.identity, nearestDirectory(files, root), "w");
  if (kept !== undefined) {
    const words = `mkdir(${root}) failed: ${kept}`;
    return failed(setup, [words, words, `Mailbox INBOX: Failed to autocreate mailbox: ${internal(setup.atMs)}`], true);
  }
  try {
    user.store.create("INBOX", pid);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const reason = error.code === "ENOSPC" ? "No space left on device" : error.code === "ENOTDIR" ? "Not a directory" : error.message;
    return failed(setup, [`mkdir(${root}) failed: ${reason}`], true);
  }
  return undefined;
}

/** The last error is also the reason in the `save failed` line. */
function failed({ atMs }: DeliverySetup, errors: readonly string[], unopened = false): DeliveryOutcome {
  const outcome = { code: "451 4.2.0", text: internal(atMs), errors, failure: errors.at(-1) ?? "" };
  return unopened ? { ...outcome, unopened: true } : outcome;
}

function internal(atMs: number): string {
  const stamp = new Date(atMs).toISOString().slice(0, 19).replace("T", " ");
  return `Internal error occurred. Refer to server log for more information. [${stamp}]`;
}
