import type { Problem } from "../base/problem.ts";
import { parseDurationMs, parseSizeBytes } from "../base/quantity.ts";
import { unknownId } from "../base/registry.ts";
import type { HostKey, Pace } from "../world/world.ts";
import { type Sourced, type SourcedMap, valueAt, whereOf } from "./load-source.ts";
import type { GuardText } from "./schema-parts.ts";
import type { HostText, WorldText } from "./schema-world.ts";

/**
 * A world before names are drawn and addresses are known: what a world file says, with variants and a scenario's changes
 * laid upon it. Texts still hold placeholders; settings still know where they were written.
 */
export interface Blueprint {
  readonly name: string;
  readonly pace: Pace;
  readonly ttlMs: number;
  readonly networks: readonly { readonly key: string; readonly latencyMs: number; readonly lossRatio: number }[];
  readonly blocks: readonly { readonly key: string; readonly network: string; readonly first: number; readonly last: number }[];
  readonly organisations: readonly { readonly key: string; readonly name: string; readonly domain: string }[];
  readonly people: readonly PersonBlueprint[];
  readonly hosts: readonly HostBlueprint[];
  /** The standing guards that have a meaning in this world. */
  readonly guards: readonly GuardBlueprint[];
  /** The merged text, for the places of problems found later. */
  readonly source: Sourced;
}

export interface PersonBlueprint {
  readonly key: string;
  readonly name: string;
  readonly local: string;
  readonly organisation: string;
  readonly mailbox: HostKey;
  readonly password: string;
}

export interface HostBlueprint {
  readonly key: HostKey;
  readonly label: string;
  readonly domain: string;
  readonly owner: string;
  readonly duties: readonly string[];
  readonly interfaces: readonly { readonly network: string; readonly offset: number }[];
  readonly nameservers: readonly string[];
  readonly daemons: readonly { readonly kind: string; readonly settings: SourcedMap }[];
  readonly files: Readonly<Record<string, string>>;
  readonly mailboxes: readonly { readonly user: string; readonly folder?: string; readonly fillBytes: number }[];
}

/** A guard whose parameters still hold placeholders, and know where they were written. */
export interface GuardBlueprint extends Omit<GuardText, "with"> {
  readonly params: SourcedMap;
}

/** The key of the learner's organisation in every world. */
export const learnersOrganisation = "org";

/** Puts a validated world text into the form the rest works on. */
export function blueprintOf(text: WorldText, source: Sourced, pace: Pace): Blueprint {
  const hosts = keyed(text.hosts);
  return {
    name: text.name,
    pace,
    ttlMs: parseDurationMs(text.ttl) ?? 0,
    networks: keyed(text.networks).map(({ key, latency, loss }) => ({ key, latencyMs: parseDurationMs(latency) ?? 0, lossRatio: loss })),
    blocks: keyed(text.blocks),
    organisations: keyed(text.organisations),
    people: keyed(text.people),
    hosts: hosts.map((host) => hostOf(host, source)),
    guards: text["standing-guards"].flatMap(({ needs, with: _plain, ...guard }, index) => {
      const present = needs.every((host) => hosts.some(({ key }) => key === host));
      return present ? [{ ...guard, params: mapAt(source, ["standing-guards", index, "with"]) }] : [];
    }),
    source,
  };
}

function hostOf({ key, at, daemons, mailboxes, ...host }: HostText & { readonly key: string }, source: Sourced): HostBlueprint {
  return {
    key,
    ...host,
    interfaces: Object.entries(at).map(([network, offset]) => ({ network, offset })),
    daemons: Object.keys(daemons).map((kind) => ({
      kind,
      settings: mapAt(source, ["hosts", key, "daemons", kind]),
    })),
    mailboxes: mailboxes.map(({ user, folder, fill }) => {
      return { user, ...(folder === undefined ? {} : { folder }), fillBytes: parseSizeBytes(fill) ?? 0 };
    }),
  };
}

/** The map at a path; an empty one at the nearest place where there is none. */
export function mapAt(source: Sourced, path: readonly PropertyKey[]): SourcedMap {
  const found = valueAt(source, path);
  return found?.kind === "map" ? found : { kind: "map", entries: new Map(), where: whereOf(source, path) };
}

function keyed<T extends object>(record: Readonly<Record<string, T>>): (T & { readonly key: string })[] {
  return Object.entries(record).map(([key, value]) => ({ ...value, key }));
}

/** What in a blueprint names something that is not there. */
export function danglingNames(blueprint: Blueprint): Problem[] {
  const hosts = blueprint.hosts.map(({ key }) => key);
  const networks = blueprint.networks.map(({ key }) => key);
  const organisations = blueprint.organisations.map(({ key }) => key);
  const complain = (noun: string, name: string, known: readonly string[], path: readonly PropertyKey[]): Problem[] =>
    known.includes(name) ? [] : [{ ...unknownId(noun, name, known), where: whereOf(blueprint.source, path) }];
  return [
    ...blueprint.people.flatMap(({ key, organisation, mailbox }) => [
      ...complain("organisation", organisation, organisations, ["people", key, "organisation"]),
      ...complain("host", mailbox, hosts, ["people", key, "mailbox"]),
    ]),
    ...blueprint.hosts.flatMap(({ key, owner, interfaces }) => [
      ...complain("organisation", owner, organisations, ["hosts", key, "owner"]),
      ...interfaces.flatMap(({ network }) => complain("network", network, networks, ["hosts", key, "at", network])),
    ]),
    ...blueprint.blocks.flatMap(({ key, network }) => complain("network", network, networks, ["blocks", key, "network"])),
    ...complain("organisation", learnersOrganisation, organisations, ["organisations"]),
    ...takenOffsets(blueprint),
  ];
}

function takenOffsets({ hosts, source }: Blueprint): Problem[] {
  const holders = new Map<string, HostKey>();
  return hosts.flatMap(({ key, interfaces }) =>
    interfaces.flatMap(({ network, offset }): Problem[] => {
      const holder = holders.get(`${network} ${offset}`);
      holders.set(`${network} ${offset}`, holder ?? key);
      if (holder === undefined) return [];
      const message = `${key} and ${holder} both stand at ${offset} in the network ${network}.`;
      return [
        { code: "address-taken", message, where: whereOf(source, ["hosts", key, "at", network]), hint: "Give one of them another offset." },
      ];
    }),
  );
}
