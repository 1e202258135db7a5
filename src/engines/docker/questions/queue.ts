import { readQueueListing } from "../../../daemons/postfix/queue-listing.ts";
import type { QueueAnswer, QueueQuestion } from "../../../world/question.ts";
import { hasDaemon } from "../../../world/world.ts";
import type { LiveRange } from "../live-range.ts";

/** Shows a host's queue as `postqueue -j` does; a host without Postfix, or whose Postfix is not there to ask, shows none. */
export async function answerQueue(range: LiveRange, { host }: QueueQuestion): Promise<QueueAnswer> {
  const live = range.host(host);
  if (!hasDaemon(live.host, "postfix")) return { ask: "queue", entries: [] };
  // A frozen Postfix takes the connection and says nothing.
  const { stdout } = await live.run("timeout 10 postqueue -j");
  return { ask: "queue", entries: readQueueListing(stdout) };
}
