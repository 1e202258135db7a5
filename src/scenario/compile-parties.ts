import { ProblemError } from "../base/problem.ts";
import { parseDurationMs } from "../base/quantity.ts";
import { unknownId } from "../base/registry.ts";
import type { HostKey, World } from "../world/world.ts";
import { learnersOrganisation } from "./blueprint.ts";
import type { OwnerText } from "./schema-owner.ts";

/** Other people: what is theirs, and what they do when the learner turns to them. */
export interface Party {
  /** The key of their organisation. */
  readonly key: string;
  readonly name: string;
  readonly domain: string;
  /** What is theirs, in words. */
  readonly runs: string;
  /** What they do once these pieces of evidence are shown; absent where they do nothing. */
  readonly fix?: {
    readonly wants: readonly string[];
    readonly afterMs: number;
    readonly does: readonly { readonly on: HostKey; readonly run: string }[];
    readonly says: string;
  };
  /** What they answer otherwise. */
  readonly otherwise: string;
}

/** Every organisation but the learner's; what the scenario does not speak of works, as far as its people can see. */
export function partiesOf(world: World, owners: readonly OwnerText[], ttlMs: number): Party[] {
  return world.organisations.flatMap(({ key, name, domain }) => {
    if (key === learnersOrganisation) return [];
    const own = owners.find(({ party }) => party === key);
    const hosts = world.hosts.filter(({ owner }) => owner === key).map((host) => host.name);
    const runs = own?.runs ?? hosts.join(", ");
    const otherwise = own?.otherwise ?? "It works for us. Which line of yours says that it is ours?";
    const party: Party = { key, name, domain, runs, otherwise };
    if (own?.says === undefined) return [party];
    const { wants, after, does, says } = own;
    return [{ ...party, fix: { wants, afterMs: parseDurationMs(after, ttlMs) ?? 0, does, says } }];
  });
}

/** The party that a person means by its name, its domain or its key. @throws ProblemError when there is none */
export function partyNamed(parties: readonly Party[], words: string): Party {
  const wanted = words.trim().toLowerCase();
  const found = parties.find(({ key, name, domain }) => [key, name.toLowerCase(), domain].includes(wanted));
  if (found !== undefined) return found;
  throw new ProblemError(
    unknownId(
      "party",
      words,
      parties.map(({ name }) => name.toLowerCase()),
    ),
  );
}
