import { readQueueListing } from "../../../daemons/postfix/queue-listing.ts";
import type { QueueAnswer, QueueQuestion } from "../../../world/question.ts";
import type { LiveRange } from "../live-range.ts";

/** Shows a host's queue as `postqueue -j` does; a host without Postfix has none. */
export async function answerQueue(range: LiveRange, { host }: QueueQuestion): Promise<QueueAnswer> {
  const { services } = range.machine(host);
  if (!services.kinds.includes("postfix")) return { ask: "queue", entries: [] };
  const { stdout } = await range.run(host, "postqueue -j");
  return { ask: "queue", entries: readQueueListing(stdout) };
}
