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
