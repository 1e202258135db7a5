import type { QueueAnswer, QueueQuestion } from "../../../world/question.ts";
import type { LiveRange } from "../live-range.ts";

/** One line of `postqueue -j`. */
interface QueueLine {
  readonly queue_name: QueueAnswer["entries"][number]["queue"];
  readonly queue_id: string;
  readonly sender: string;
  readonly recipients: readonly { readonly address: string; readonly delay_reason?: string }[];
}

/** Shows a host's queue as `postqueue -j` does; a host without Postfix has none. */
export async function answerQueue(range: LiveRange, { host }: QueueQuestion): Promise<QueueAnswer> {
  const { services } = range.machine(host);
  if (!services.kinds.includes("postfix")) return { ask: "queue", entries: [] };
  const { stdout } = await range.run(host, "postqueue -j");
  const lines = stdout.split("\n").filter((line) => line !== "");
  return { ask: "queue", entries: lines.map((line) => entryOf(JSON.parse(line) as QueueLine)) };
}

function entryOf({ queue_name: queue, queue_id: queueId, sender: from, recipients }: QueueLine): QueueAnswer["entries"][number] {
  return {
    queueId,
    queue,
    from: from === "MAILER-DAEMON" ? "" : from,
    recipients: recipients.map(({ address, delay_reason: reason }) => (reason === undefined ? { address } : { address, reason })),
  };
}
