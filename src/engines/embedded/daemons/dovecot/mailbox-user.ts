import type { DovecotPolicy } from "../../../../daemons/dovecot/policy.ts";
import { QuotaError, type QuotaRoot, quotaRoots } from "../../../../daemons/dovecot/quota.ts";
import type { Machine } from "../../machine.ts";
import type { Identity } from "./access.ts";
import { ownerName } from "./mail-directory.ts";
import { MaildirStore } from "./maildir-store.ts";
import type { Stamps } from "./stamps.ts";
import type { MailUser } from "./users.ts";

/** A user whose mail storage is ready to be worked on. */
export interface OpenUser {
  readonly name: string;
  readonly identity: Identity;
  readonly store: MaildirStore;
  readonly quota: readonly QuotaRoot[];
}

/** The user cannot be worked for; `message` is what Dovecot says after `Failed to initialize user: `. */
export class UserFailure extends Error {}

/**
 * Sets a user up as the mail processes do: user id, quota, mail location.
 * @throws UserFailure
 */
export function openUser(machine: Machine, policy: DovecotPolicy, stamps: Stamps, user: MailUser): OpenUser {
  if (user.uid === undefined || user.gid === undefined) {
    throw new UserFailure("Couldn't drop privileges: User is missing UID (see mail_uid setting)");
  }
  if (user.uid < policy.firstValidUid) {
    throw new UserFailure(
      `Mail access for users with UID ${user.uid} not permitted (see first_valid_uid in config file, uid from userdb lookup).`,
    );
  }
  return {
    name: user.name,
    identity: { uid: user.uid, gid: user.gid },
    quota: quotaOf(policy, user),
    store: new MaildirStore({
      files: machine.files,
      root: maildirOf(machine, user),
      owner: ownerName(machine.files, user.uid),
      hostName: machine.name,
      stamps,
    }),
  };
}

function quotaOf(policy: DovecotPolicy, user: MailUser): readonly QuotaRoot[] {
  if (!policy.mailPlugins.includes("quota")) return [];
  try {
    return quotaRoots({ ...policy.plugin, ...user.fields });
  } catch (error) {
    if (error instanceof QuotaError) throw new UserFailure(`Failed to initialize quota: ${error.message}`);
    throw error;
  }
}

function maildirOf(machine: Machine, user: MailUser): string {
  const [kind, path, ...options] = user.mail.split(":");
  if (user.mail === "") return `${user.home}/Maildir`;
  if (kind !== "maildir") machine.notSimulated(`mail_location ${kind}: of Dovecot (mail is kept as maildir)`);
  if (options.length > 0) machine.notSimulated(`the options of Dovecot's mail_location (${options.join(":")})`);
  return (path ?? "").replace(/\/+$/, "");
}
