import { quoteAddress } from "../../../../mail/address.ts";
import { mailDate } from "../../../../mail/message.ts";
import type { Author } from "./mail-log.ts";
import type { MailSystem } from "./mail-system.ts";
import { contentOf, readQueueFile } from "./queue-file.ts";
import { contentFilterOf } from "./submission.ts";

/** pickup(8): takes what sendmail(1) has dropped and hands it to cleanup. */
export class Pickup {
  readonly #system: MailSystem;
  readonly #author: Author;
  #running = false;

  constructor(system: MailSystem, author: Author) {
    this.#system = system;
    this.#author = author;
  }

  /** Takes everything in `maildrop`, one message after the other. */
  async scan(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const { queue } = this.#system;
    for (let ids = queue.ids("maildrop"); ids.length > 0; ids = queue.ids("maildrop")) {
      for (const id of ids) {
        await this.#take(id);
        queue.remove("maildrop", id);
      }
    }
    this.#running = false;
  }

  async #take(dropId: string): Promise<void> {
    const { queue, machine, log, policy } = this.#system;
    const bytes = queue.bytes("maildrop", dropId);
    const message = bytes === undefined ? undefined : readQueueFile(bytes);
    if (message === undefined) {
      log.warning(this.#author, `maildrop/${dropId}: bad file`);
      return;
    }
    const queueId = this.#system.newQueueId();
    const uid = this.#uidOf(queue.files.stat(queue.path("maildrop", dropId)).owner);
    // A message that postsuper -r has put back has been through cleanup before.
    const requeued = message.createdAtMs > 0;
    log.write(this.#author, {
      event: "picked-up",
      queueId,
      uid,
      from: quoteAddress(message.sender),
      ...(requeued && { originalQueueId: dropId }),
    });
    const received = `Received: by ${policy.get("myhostname")} (Postfix, from userid ${uid})\n\tid ${queueId}; ${mailDate(message.arrivedAtMs)}\n`;
    await this.#system.cleanup.accept({
      queueId,
      arrivedAtMs: message.arrivedAtMs,
      createdAtMs: machine.clock.now(),
      attributes: message.attributes,
      ...(message.senderFullName !== undefined && { senderFullName: message.senderFullName }),
      sender: message.sender,
      recipients: message.recipients
        .filter((recipient) => !recipient.done)
        .map(({ address, dsnOriginal, notify }) => ({ address, dsnOriginal, notify })),
      content: Buffer.concat([Buffer.from(received, "latin1"), contentOf(message, "\n")]),
      local: true,
      detectUtf8: true,
      expand: true,
      ...contentFilterOf(this.#system.policyOf("pickup")),
    });
  }

  /** By /etc/passwd; root and postfix are there without it. */
  #uidOf(owner: string): number {
    const known: Readonly<Record<string, number>> = { root: 0, postfix: 100 };
    const line = (this.#system.machine.files.read("/etc/passwd") ?? "").split("\n").find((entry) => entry.startsWith(`${owner}:`));
    return Number(line?.split(":")[2] ?? known[owner] ?? 0);
  }
}
