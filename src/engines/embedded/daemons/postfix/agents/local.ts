import { isTroubled, withoutExtension } from "../../../../../daemons/postfix/tables/maps.ts";
import { splitAddress } from "../../../../../mail/address.ts";
import { FileError } from "../../../files/file-tree.ts";
import type { Delivery } from "../delivery.ts";
import { appendToMailbox } from "../mail-copy.ts";
import type { MailSystem } from "../mail-system.ts";
import { contentOf, type QueueRecipient } from "../queue-file.ts";
import { intoMaildir } from "./virtual.ts";

const relay = "local";

/** local(8): mail for the host's own users: aliases first, then the mailbox. */
export async function deliverLocal(delivery: Delivery, system: MailSystem): Promise<void> {
  for (const recipient of delivery.request.recipients) await deliverOne(delivery, system, recipient);
}

async function deliverOne(delivery: Delivery, system: MailSystem, recipient: QueueRecipient): Promise<void> {
  const user = localPart(recipient.address, system.policy.get("recipient_delimiter"));
  const deliveredTo = `Delivered-To: ${recipient.address}`;
  if (loops(delivery, recipient.address)) {
    delivery.bounced(recipient, { relay, dsn: "5.4.6", text: `mail forwarding loop for ${recipient.address}` });
    return;
  }
  const alias = system.tables.find("alias_maps", user);
  if (isTroubled(alias)) {
    for (const warning of alias.warnings) delivery.warn(warning);
    delivery.deferred(recipient, { relay, dsn: "4.3.0", text: "alias database unavailable" });
    return;
  }
  const targets = alias === undefined ? [] : splitAlias(alias.value);
  const forwarded = targets.filter((target) => target.toLowerCase() !== user);
  if (forwarded.length > 0) {
    await forward(delivery, system, recipient, forwarded, deliveredTo);
    return;
  }
  intoMailbox(delivery, system, recipient, user);
}

function localPart(address: string, delimiter: string): string {
  return withoutExtension(splitAddress(address).localPart.toLowerCase(), delimiter);
}

/** A Delivered-To field with this address says that the message was here before. */
function loops(delivery: Delivery, address: string): boolean {
  const head = contentOf(delivery.request.message, "\n").toString("latin1").split("\n\n", 1)[0] ?? "";
  return head.split("\n").some((line) => line.toLowerCase() === `delivered-to: ${address.toLowerCase()}`);
}

/** The right-hand side of an alias: addresses, commands and files, separated by commas. */
function splitAlias(value: string): readonly string[] {
  return (value.match(/"(?:\\.|[^"\\])*"|[^,\s]+/g) ?? []).map((target) => target.replace(/^"(.*)"$/s, "$1"));
}

async function forward(
  delivery: Delivery,
  system: MailSystem,
  recipient: QueueRecipient,
  targets: readonly string[],
  deliveredTo: string,
): Promise<void> {
  const addresses: string[] = [];
  for (const target of targets) {
    const special = await deliverSpecial(delivery, system, recipient, target);
    if (special === "reported") return;
    if (special !== undefined) addresses.push(...special);
  }
  if (addresses.length === 0) {
    if (delivery.pending().includes(recipient))
      delivery.sent(recipient, {
        relay,
        dsn: "2.0.0",
        text: `delivered to ${targets[0]?.startsWith("|") ? "command" : "file"}: ${(targets[0] ?? "").replace(/^\|/, "")}`,
      });
    return;
  }
  const { message } = delivery.request;
  const content = Buffer.concat([Buffer.from(`${deliveredTo}\n`, "latin1"), contentOf(message, "\n")]);
  const accepted = await system.cleanup.forwardLocally(message, recipient, addresses, content);
  if (accepted === undefined) delivery.deferred(recipient, { relay, dsn: "4.3.0", text: "mail system configuration error" });
  else delivery.sent(recipient, { relay, dsn: "2.0.0", text: `forwarded as ${accepted}` });
}

/**
 * A target that is no plain address: a command, a file, a list.
 * @returns further addresses; `reported` when the recipient's fate is sealed
 */
async function deliverSpecial(
  delivery: Delivery,
  system: MailSystem,
  recipient: QueueRecipient,
  target: string,
): Promise<readonly string[] | "reported" | undefined> {
  if (target.startsWith("|")) {
    system.machine.notSimulated(`the alias target ${target}`);
    return undefined;
  }
  if (target.startsWith(":include:")) {
    const path = target.slice(":include:".length);
    const text = system.machine.files.read(path);
    if (text !== undefined)
      return text
        .split("\n")
        .filter((line) => line.trim() !== "" && !line.startsWith("#"))
        .flatMap(splitAlias);
    delivery.warn(`unable to lookup :include: file ${path}: No such file or directory`);
    delivery.bounced(recipient, { relay, dsn: "5.3.5", text: "mail system configuration error" });
    return "reported";
  }
  if (!target.startsWith("/")) return [target];
  const directory = target.slice(0, target.lastIndexOf("/"));
  if (!system.machine.files.exists(directory === "" ? "/" : directory)) {
    delivery.warn(`unable to create lock file ${target}.lock: No such file or directory`);
    const reason = "cannot create file exclusively: No such file or directory";
    delivery.bounced(recipient, { relay, dsn: "5.2.0", text: `cannot append message to file ${target}: ${reason}` });
    return "reported";
  }
  appendToMailbox(system.machine, target, delivery.request.message, recipient);
  return undefined;
}

function intoMailbox(delivery: Delivery, system: MailSystem, recipient: QueueRecipient, user: string): void {
  const home = homeOf(system, user);
  if (home === undefined) {
    delivery.bounced(recipient, { relay, dsn: "5.1.1", text: `unknown user: "${user}"` });
    return;
  }
  const homeMailbox = system.policy.get("home_mailbox");
  if (homeMailbox.endsWith("/")) {
    intoMaildir(delivery, system, recipient, `${home}/${homeMailbox.slice(0, -1)}`, relay);
    return;
  }
  const path = homeMailbox === "" ? `${system.policy.get("mail_spool_directory")}/${user}` : `${home}/${homeMailbox}`;
  try {
    appendToMailbox(system.machine, path, delivery.request.message, recipient);
    delivery.sent(recipient, { relay, dsn: "2.0.0", text: "delivered to mailbox" });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const reason = error.code === "ENOSPC" ? "error writing message: No space left on device" : error.message;
    delivery.deferred(recipient, { relay, dsn: "4.3.0", text: `cannot update mailbox ${path} for user ${user}. ${reason}` });
  }
}

/** From /etc/passwd; `root` is there even without the file. */
function homeOf(system: MailSystem, user: string): string | undefined {
  const line = (system.machine.files.read("/etc/passwd") ?? "root:x:0:0:root:/root:/bin/bash\n")
    .split("\n")
    .find((entry) => entry.startsWith(`${user}:`));
  return line?.split(":")[5];
}
