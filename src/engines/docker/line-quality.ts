import { ProblemError } from "../../base/problem.ts";
import { overlap } from "../../world/address-plan.ts";
import type { Network } from "../../world/world.ts";
import type { LiveHost } from "./live-host.ts";
import type { Sidecars } from "./sidecar.ts";

type Line = Pick<Network, "latencyMs" | "lossRatio">;

/**
 * Gives every host's interface on a network the latency and loss of its line: each host delays what it sends (netem), so a packet
 * is delayed once each way.
 * @throws ProblemError `no-netem` when the engine's kernel cannot
 */
export async function setLine(hosts: readonly LiveHost[], sidecars: Sidecars, cidr: string, line: Line): Promise<void> {
  const onIt = hosts.filter(({ plan }) => plan.interfaces.some(({ address }) => isWithin(address, cidr)));
  await Promise.all(
    onIt.map(async (host) => {
      const address = host.plan.interfaces.find((each) => isWithin(each.address, cidr))?.address ?? "";
      const sidecar = await sidecars.of(host);
      const device = deviceOf(await sidecar.run(["ip", "-o", "-4", "address", "show"]), address);
      if (line.latencyMs === 0 && line.lossRatio === 0)
        await sidecar.run(["sh", "-c", `tc qdisc del dev ${device} root 2>/dev/null || true`]);
      else await shape(() => sidecar.run(["tc", "qdisc", "replace", "dev", device, "root", "netem", ...netem(line)]), host);
    }),
  );
}

function netem({ latencyMs, lossRatio }: Line): string[] {
  return [...(latencyMs > 0 ? ["delay", `${latencyMs}ms`] : []), ...(lossRatio > 0 ? ["loss", `${lossRatio * 100}%`] : [])];
}

async function shape(work: () => Promise<unknown>, { plan }: LiveHost): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ProblemError) || !/qdisc kind is unknown|No such file or directory|not supported/i.test(error.message))
      throw error;
    throw new ProblemError({
      code: "no-netem",
      message: "The kernel of the engine's host cannot delay or lose packets (it has no netem).",
      where: { host: plan.host },
      hint: "Load its module where there is one (modprobe sch_netem), or use the embedded engine.",
    });
  }
}

/** `2: eth0    inet 203.0.113.19/26 brd ...` */
function deviceOf(listing: string, address: string): string {
  const line = listing.split("\n").find((each) => each.includes(` ${address}/`)) ?? "";
  return /^\d+: (\S+)/.exec(line)?.[1] ?? "eth0";
}

function isWithin(address: string, cidr: string): boolean {
  return overlap(`${address}/32`, cidr);
}
