import { isDeepStrictEqual } from "node:util";
import { demandLine } from "../../../daemons/effects.ts";
import type { LinkEffect } from "../../../world/effect.ts";
import type { Line } from "../../../world/world.ts";
import type { LiveRange } from "../live-range.ts";
import type { Undo } from "./undo.ts";

/** Up to here a bridge on one machine stands in for a line as it is: nobody tells the difference from what daemons print. */
const nearMs = 50;

/** Changes a network's latency or loss, or that of what comes to one host on it. */
export async function changeLink(range: LiveRange, effect: LinkEffect): Promise<Undo> {
  demandLine(range.world, effect);
  const { network, host, latencyMs, lossRatio } = effect;
  const { lines } = range;
  const own = host !== undefined && lines.isOwn(network, host);
  const before = lines.get(network, host);
  const after = { latencyMs: latencyMs ?? before.latencyMs, lossRatio: lossRatio ?? before.lossRatio };
  const change = async (line: Line | undefined): Promise<void> => {
    lines.set(network, host, line);
    await putInForce(range, network);
  };
  await change(after);
  return async () => {
    if (!isDeepStrictEqual(lines.get(network, host), after)) {
      return { code: "changed-since", message: `The line of ${host ?? network} was changed again since; it was left as it is.` };
    }
    await change(host === undefined || own ? before : undefined);
    return undefined;
  };
}

/** Gives a network's hosts the lines that they have. */
export async function putInForce({ plan, lines, hosts, hostLines }: LiveRange, network: string): Promise<void> {
  const cidr = plan.networks.find(({ key }) => key === network)?.cidr ?? "";
  await Promise.all(
    hosts.map((host) => {
      const line = lines.get(network, host.plan.host);
      return hostLines.set(host, cidr, { ...line, latencyMs: line.latencyMs > nearMs ? line.latencyMs : 0 });
    }),
  );
}
