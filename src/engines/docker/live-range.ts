import type Docker from "dockerode";
import { ProblemError } from "../../base/problem.ts";
import { unknownId } from "../../base/registry.ts";
import type { LogDialect } from "../../daemons/daemon.ts";
import { createLines, type Lines } from "../../world/lines.ts";
import type { FirewallRule, HostKey, World } from "../../world/world.ts";
import { createHostLines, type HostLines } from "./line-quality.ts";
import type { LiveHost } from "./live-host.ts";
import type { RangeLog } from "./logs.ts";
import type { RangePlan } from "./range-plan.ts";
import { createSidecars, type Sidecars } from "./sidecar.ts";

/** A running range from the inside: what effects and questions work on. */
export interface LiveRange {
  readonly docker: Docker;
  readonly world: World;
  readonly plan: RangePlan;
  readonly log: RangeLog;
  readonly dialects: readonly LogDialect[];
  readonly hosts: readonly LiveHost[];
  readonly sidecars: Sidecars;
  /** Each host's packet filter as it is now. */
  readonly filters: Map<HostKey, readonly FirewallRule[]>;
  /** Each network's line as it is now, and each host's own. */
  readonly lines: Lines;
  readonly hostLines: HostLines;
  /** Aborted when the range goes down. */
  readonly ending: AbortController;
  /** @throws ProblemError for a host that the world does not have */
  host(key: HostKey): LiveHost;
}

export type LiveRangeParts = Pick<LiveRange, "docker" | "world" | "plan" | "log" | "dialects" | "hosts">;

export function createLiveRange(parts: LiveRangeParts): LiveRange {
  const { docker, plan, world, hosts } = parts;
  const sidecars = createSidecars(docker, plan);
  return {
    ...parts,
    sidecars,
    hostLines: createHostLines(sidecars),
    filters: new Map(world.hosts.map(({ key, firewall }) => [key, firewall])),
    lines: createLines(world.networks),
    ending: new AbortController(),
    host(key) {
      const found = hosts.find(({ plan: { host } }) => host === key);
      if (found === undefined)
        throw new ProblemError(
          unknownId(
            "host",
            key,
            world.hosts.map((host) => host.key),
          ),
        );
      return found;
    },
  };
}

/**
 * Waits on the range's own clock, which is the wall's. Ends early, as a Problem, when the range goes down.
 * @param enough ends it early, as if the time had passed
 */
export function wait({ ending }: Pick<LiveRange, "ending">, durationMs: number, enough?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const { signal } = ending;
    const leave = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onEnd);
      enough?.removeEventListener("abort", onEnough);
    };
    const onEnd = (): void => {
      leave();
      reject(new ProblemError({ code: "range-down", message: "The range is down.", hint: "Start it again." }));
    };
    const onEnough = (): void => {
      leave();
      resolve();
    };
    const timer = setTimeout(onEnough, durationMs);
    if (signal.aborted) onEnd();
    else if (enough?.aborted) onEnough();
    else {
      signal.addEventListener("abort", onEnd, { once: true });
      enough?.addEventListener("abort", onEnough, { once: true });
    }
  });
}
