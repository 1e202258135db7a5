import { quoteAddress } from "../../../../mail/address.ts";
import type { FileTree } from "../../files/file-tree.ts";
import { readLog } from "./bounce-log.ts";
import { textOf } from "./byte-text.ts";
import { Queue, type QueueName } from "./queue.ts";

/** One message of the queue, as showq(8) lists it. */
export interface QueueEntry {
  readonly queue: QueueName;
  readonly queueId: string;
  readonly arrivedAtMs: number;
  readonly sizeBytes: number;
  /** External form; `MAILER-DAEMON` for the null sender. */
  readonly sender: string;
  /** Without those that are done. */
  readonly recipients: readonly { readonly address: string; readonly reason?: string }[];
}

const queues: readonly QueueName[] = ["maildrop", "active", "incoming", "deferred", "hold"];

/** Everything that waits, queue by queue. Within a queue the order of a directory means nothing; here it is that of the ids. */
export function queueEntries(files: FileTree, directory = "/var/spool/postfix"): readonly QueueEntry[] {
  const queue = new Queue(files, directory);
  return queues.flatMap((name) =>
    queue.ids(name).flatMap((queueId) => {
      const message = queue.read(name, queueId);
      if (message === undefined) return [];
      const logged = readLog(files.read(queue.path("defer", queueId)) ?? "");
      const waiting = message.recipients.filter((recipient) => !recipient.done).map((recipient) => textOf(quoteAddress(recipient.address)));
      const explained = logged.filter((entry) => waiting.includes(entry.recipient));
      const others = waiting.filter((address) => !explained.some((entry) => entry.recipient === address));
      return [
        {
          queue: name,
          queueId,
          arrivedAtMs: message.arrivedAtMs,
          sizeBytes: message.sizeBytes,
          sender: message.sender === "" ? "MAILER-DAEMON" : textOf(quoteAddress(message.sender)),
          recipients: [
            ...explained.map((entry) => ({ address: entry.recipient, reason: entry.reason })),
            ...others.map((address) => ({ address })),
          ],
        },
      ];
    }),
  );
}
