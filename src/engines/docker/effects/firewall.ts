import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../../../base/problem.ts";
import { changedSince } from "../../../daemons/effects.ts";
import type { FirewallEffect } from "../../../world/effect.ts";
import type { HostKey } from "../../../world/world.ts";
import type { LiveRange } from "../live-range.ts";
import { isolatedRuleSet, nftRuleSet } from "../packet-filter.ts";
import type { Undo } from "./undo.ts";

/** The rule goes first, so that it decides. */
export async function addRule(range: LiveRange, { host, rule }: FirewallEffect): Promise<Undo> {
  range.host(host);
  range.filters.set(host, [rule, ...(range.filters.get(host) ?? [])]);
  await restoreFilter(range, host);
  return async (): Promise<Problem | undefined> => {
    const rules = range.filters.get(host) ?? [];
    const at = rules.findIndex((each) => isDeepStrictEqual(each, rule));
    if (at === -1) return changedSince("The packet filter no longer has this rule.", { host });
    range.filters.set(host, rules.toSpliced(at, 1));
    await restoreFilter(range, host);
    return undefined;
  };
}

/** Puts the host's packet filter into force, as the range knows it. */
export async function restoreFilter(range: LiveRange, host: HostKey): Promise<void> {
  await load(range, host, nftRuleSet(range.filters.get(host) ?? []));
}

/** Lets the host look as if all its daemons were down: who connects is refused, and nothing comes from it. */
export async function isolate(range: LiveRange, host: HostKey): Promise<void> {
  await load(range, host, isolatedRuleSet);
}

async function load(range: LiveRange, host: HostKey, ruleSet: string): Promise<void> {
  const sidecar = await range.sidecars.of(range.host(host));
  await sidecar.run(["nft", "-f", "-"], ruleSet);
}
