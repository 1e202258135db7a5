import { isDeepStrictEqual } from "node:util";
import { demandNetwork } from "../../../daemons/effects.ts";
import type { LinkEffect } from "../../../world/effect.ts";
import type { Line } from "../line-quality.ts";
import type { LiveRange } from "../live-range.ts";
import type { Undo } from "./undo.ts";

/** Up to here a bridge on one machine stands in for a line as it is: nobody tells the difference from what daemons print. */
const nearMs = 50;

/** Changes a network's latency or loss. */
export async function changeLink(range: LiveRange, { network, latencyMs, lossRatio }: LinkEffect): Promise<Undo> {
  demandNetwork(range.world, network);
  const before = range.lines.get(network) ?? { latencyMs: 0, lossRatio: 0 };
  const after = { latencyMs: latencyMs ?? before.latencyMs, lossRatio: lossRatio ?? before.lossRatio };
  await putInForce(range, network, after);
  return async () => {
    if (!isDeepStrictEqual(range.lines.get(network), after)) {
      return { code: "changed-since", message: `The line of ${network} was changed again since; it was left as it is.` };
    }
    await putInForce(range, network, before);
    return undefined;
  };
}

/** Gives a network's hosts the line, and notes it. */
export async function putInForce(range: LiveRange, network: string, line: Line): Promise<void> {
  const cidr = range.plan.networks.find(({ key }) => key === network)?.cidr ?? "";
  await range.hostLines.set(range.hosts, cidr, { ...line, latencyMs: line.latencyMs > nearMs ? line.latencyMs : 0 });
  range.lines.set(network, line);
}
