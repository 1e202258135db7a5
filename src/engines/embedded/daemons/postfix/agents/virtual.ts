import { isTroubled } from "../../../../../daemons/postfix/tables/maps.ts";
import { FileError } from "../../../files/file-tree.ts";
import type { Delivery } from "../delivery.ts";
import { appendToMailbox, mailboxCopy } from "../mail-copy.ts";
import type { MailSystem } from "../mail-system.ts";
import type { QueueRecipient } from "../queue-file.ts";

/** virtual(8): mail for mailboxes of hosted domains, into Maildirs below `virtual_mailbox_base`. */
export async function deliverVirtual(delivery: Delivery, system: MailSystem): Promise<void> {
  for (const recipient of delivery.request.recipients) deliverOne(delivery, system, recipient);
}

const relay = "virtual";

function deliverOne(delivery: Delivery, system: MailSystem, recipient: QueueRecipient): void {
  const { policy } = system;
  const address = recipient.address;
  const find = (parameter: string) => system.tables.findAddress(parameter, address);
  const mailbox = find("virtual_mailbox_maps");
  if (mailbox === undefined) {
    delivery.bounced(recipient, { relay, dsn: "5.1.1", text: `unknown user: "${address.toLowerCase()}"` });
    return;
  }
  if (isTroubled(mailbox)) {
    for (const warning of mailbox.warnings) delivery.warn(warning);
    delivery.deferred(recipient, { relay, dsn: "4.3.5", text: "mail system configuration error" });
    return;
  }
  for (const parameter of ["virtual_uid_maps", "virtual_gid_maps"]) {
    const found = find(parameter);
    if (found !== undefined && "value" in found) continue;
    for (const warning of found?.warnings ?? [`recipient ${address.toLowerCase()}: not found in ${parameter}`]) delivery.warn(warning);
    delivery.deferred(recipient, { relay, dsn: "4.3.5", text: "mail system configuration error" });
    return;
  }
  const base = policy.get("virtual_mailbox_base");
  const path = base === "" ? mailbox.value : `${base}/${mailbox.value}`;
  if (path.endsWith("/")) intoMaildir(delivery, system, recipient, path.slice(0, -1));
  else intoFile(delivery, system, recipient, path);
}

/** Writes `tmp/` first and moves to `new/`, as every Maildir writer does. */
export function intoMaildir(delivery: Delivery, system: MailSystem, recipient: QueueRecipient, maildir: string, name = relay): void {
  const copy = mailboxCopy(delivery.request.message, recipient, recipient.address);
  const limit = system.policy.sizeBytes(name === "local" ? "mailbox_size_limit" : "virtual_mailbox_limit");
  if (limit > 0 && copy.length > limit) {
    delivery.bounced(recipient, { relay: name, dsn: "5.2.2", text: "maildir delivery failed: error writing message: File too large" });
    return;
  }
  const { files } = system.machine;
  const file = system.newMaildirName();
  try {
    for (const part of ["tmp", "new", "cur"]) files.makeDirectory(`${maildir}/${part}`);
    files.write(`${maildir}/tmp/${file}`, copy, { mode: 0o600, owner: "vmail" });
    files.rename(`${maildir}/tmp/${file}`, `${maildir}/new/${file}`);
    delivery.sent(recipient, { relay: name, dsn: "2.0.0", text: "delivered to maildir" });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const reason =
      error.code === "ENOSPC" ? "error writing message: No space left on device" : `create maildir file ${error.path}: ${error.code}`;
    delivery.deferred(recipient, {
      relay: name,
      dsn: error.code === "ENOSPC" ? "4.3.0" : "4.2.0",
      text: `maildir delivery failed: ${reason}`,
    });
  }
}

function intoFile(delivery: Delivery, system: MailSystem, recipient: QueueRecipient, path: string): void {
  try {
    appendToMailbox(system.machine, path, delivery.request.message, recipient);
    delivery.sent(recipient, { relay, dsn: "2.0.0", text: "delivered to mailbox" });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const reason = error.code === "ENOSPC" ? "error writing message: No space left on device" : error.message;
    delivery.deferred(recipient, { relay, dsn: "4.2.0", text: `mailbox delivery failed: ${reason}` });
  }
}
