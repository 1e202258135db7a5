import type { QueueAnswer } from "../../world/question.ts";

/** One line of `postqueue -j` (postqueue(1), JSON OBJECT FORMAT). */
interface QueueLine {
  readonly queue_name: QueueAnswer["entries"][number]["queue"];
  readonly queue_id: string;
  readonly sender: string;
  readonly recipients: readonly { readonly address: string; readonly delay_reason?: string }[];
}

/** What `postqueue -j` printed, as a queue's entries; the null sender, printed as MAILER-DAEMON, is "". */
export function readQueueListing(listing: string): QueueAnswer["entries"] {
  const lines = listing.split("\n").filter((line) => line !== "");
  return lines.map((line) => entryOf(JSON.parse(line) as QueueLine));
}

function entryOf({ queue_name: queue, queue_id: queueId, sender: from, recipients }: QueueLine): QueueAnswer["entries"][number] {
  return {
    queueId,
    queue,
    from: from === "MAILER-DAEMON" ? "" : from,
    recipients: recipients.map(({ address, delay_reason: reason }) => (reason === undefined ? { address } : { address, reason })),
  };
}
