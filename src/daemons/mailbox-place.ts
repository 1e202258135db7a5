import { ProblemError } from "../base/problem.ts";
import type { Host, World } from "../world/world.ts";
import type { FileReader } from "./daemon.ts";
import { DOVECOT_CONF, readPolicy as readDovecot } from "./dovecot/policy.ts";
import { expandVariables } from "./dovecot/variables.ts";
import { readPolicy as readPostfix } from "./postfix/policy.ts";
import { findAddress, isTroubled, openMaps } from "./postfix/tables/maps.ts";

/**
 * The Maildir in which a host keeps an address's mail, from its configuration files: Dovecot's `mail_location` where it runs
 * Dovecot, else Postfix's virtual mailboxes. Undefined where the host keeps no such mailbox.
 */
export function maildirOf(files: FileReader, address: string): string | undefined {
  if (files.read(DOVECOT_CONF) !== undefined) {
    const { mailLocation, usernameFormat } = readDovecot(files).policy;
    const location = /^maildir:([^:]+)/i.exec(mailLocation)?.[1];
    const user = usernameFormat === "" ? address : expandVariables(usernameFormat, { user: address });
    return location === undefined ? undefined : expandVariables(location, { user });
  }
  const policy = readPostfix(files);
  const options = { delimiter: policy.get("recipient_delimiter"), isLocal: () => false };
  const found = findAddress(openMaps(policy.list("virtual_mailbox_maps"), files), address, options);
  if (found === undefined || isTroubled(found) || !found.value.endsWith("/")) return undefined;
  return `${policy.get("virtual_mailbox_base")}/${found.value.slice(0, -1)}`;
}

/**
 * A user's mailbox on the host that keeps it.
 * @param user the local part, as the host knows the user
 * @throws ProblemError `no-such-mailbox`
 */
export function mailboxOf(
  files: FileReader,
  world: World,
  host: Host,
  user: string,
): { readonly address: string; readonly maildir: string } {
  const person = world.people.find((each) => each.mailbox === host.key && each.address.startsWith(`${user}@`));
  const address = person?.address ?? `${user}@${host.name}`;
  const maildir = maildirOf(files, address);
  if (maildir !== undefined) return { address, maildir };
  throw new ProblemError({
    code: "no-such-mailbox",
    message: `This host keeps no mailbox of ${JSON.stringify(user)}.`,
    where: { host: host.key },
  });
}
