import ipaddr from "ipaddr.js";
import { ProblemError } from "../base/problem.ts";
import type { AddressPlan, HostKey } from "../world/world.ts";
import type { Blueprint } from "./blueprint.ts";
import type { CompiledMail } from "./compile-mail.ts";
import { fillIn, type PlaceholderContext } from "./placeholders.ts";
import type { Names } from "./seed.ts";

/**
 * What the placeholders of a world stand for, once names are drawn and addresses are known:
 * - `{org.name}` `{org.domain}` `{org.word}` (the domain's first label), and so for each organisation (`{organisation.sender.domain}` where a person has the same key)
 * - `{user.name}` `.first` `.local` `.address` `.domain` `.company` `.password`, and so for each person
 * - `{host.mx1.name}` `{host.mx1.label}`, `{address.mx1.internet}`, `{octet.mx1.internet}` (the last number of the address)
 * - `{network.office.cidr}` `.base` (first three numbers) `.reverse` (the /24's reverse zone)
 * - `{block.org.first}` `.last` (last numbers), `.range` (`16-31`)
 * - `{world.ttl}` in seconds
 */
export function worldContext(blueprint: Blueprint, names: Names, plan: AddressPlan): PlaceholderContext {
  refuseSharedBlocks(blueprint, plan);
  const people = peopleOf(blueprint, names);
  const organisations = mapKeys(
    Object.entries(names.organisations).map(([key, each]) => ({ key, ...each })),
    ({ name, domain }) => {
      return { name, domain, word: domain.split(".")[0] ?? domain };
    },
  );
  const base = { ...organisations, ...people, organisation: organisations, person: people };
  return {
    ...base,
    host: mapKeys(blueprint.hosts, ({ key, domain }) => {
      const label = names.hosts[key] ?? key;
      return { label, name: `${label}.${fillIn(domain, base)}` };
    }),
    address: plan.addresses,
    octet: mapKeys(blueprint.hosts, ({ key }) =>
      Object.fromEntries(Object.entries(plan.addresses[key] ?? {}).map(([network, address]) => [network, lastOctet(address)])),
    ),
    network: mapKeys(blueprint.networks, ({ key }) => networkContext(key, plan)),
    block: mapKeys(blueprint.blocks, ({ network, first, last }) => {
      const start = Number(lastOctet(cidrOf(network, plan).split("/")[0] ?? ""));
      const [low, high] = [String(start + first), String(start + last)];
      return { first: low, last: high, range: `${low}-${high}` };
    }),
    world: { ttl: String(blueprint.ttlMs / 1000) },
  };
}

/** `{mail.big.from}` `.to` `.subject` `.host` `.id` (the Message-ID), for each mail of the scenario. */
export function mailContext(mails: readonly CompiledMail[]): PlaceholderContext {
  return Object.fromEntries(
    mails.map(({ id, messageId, from, message }) => [
      id,
      { from: message.from, to: message.to.join(", "), subject: message.subject, host: from, id: messageId },
    ]),
  );
}

function peopleOf(blueprint: Blueprint, names: Names): Record<string, Record<string, string>> {
  return mapKeys(blueprint.people, ({ key, organisation, password }) => {
    const { name, local } = names.people[key] ?? { name: key, local: key };
    const { name: company, domain } = names.organisations[organisation] ?? { name: organisation, domain: "invalid" };
    return { name, first: name.split(" ")[0] ?? name, local, address: `${local}@${domain}`, domain, company, password };
  });
}

function networkContext(key: string, plan: AddressPlan): Record<string, string> {
  const cidr = cidrOf(key, plan);
  const [first, second, third] = cidr.split("/")[0]?.split(".") ?? [];
  return { cidr, base: `${first}.${second}.${third}`, reverse: `${third}.${second}.${first}.in-addr.arpa` };
}

/** Reverse zones are cut at /24: two networks in one of them would both want it. */
function refuseSharedBlocks(blueprint: Blueprint, plan: AddressPlan): void {
  const holders = new Map<string, string>();
  for (const { key } of blueprint.networks) {
    const { base } = networkContext(key, plan) as { readonly base: string };
    const holder = holders.get(base);
    holders.set(base, key);
    if (holder === undefined) continue;
    const message = `The address plan puts the networks ${holder} and ${key} into the same ${base}.0/24, which has one reverse zone only.`;
    throw new ProblemError({ code: "bad-address-plan", message, hint: "Reserve each network in a /24 of its own." });
  }
}

function cidrOf(network: string, plan: AddressPlan): string {
  const cidr = plan.networks[network];
  const bits = cidr === undefined ? Number.NaN : ipaddr.IPv4.parseCIDR(cidr)[1];
  if (cidr !== undefined && bits >= 24) return cidr;
  const message = `The address plan gives the network ${network} ${cidr ?? "no block"}; a world needs a /24 or a part of one.`;
  throw new ProblemError({ code: "bad-address-plan", message, hint: "Reserve addresses with the shape of this very world." });
}

function lastOctet(address: string): string {
  return address.split(".").at(-1) ?? "";
}

function mapKeys<T extends { readonly key: HostKey }, R>(members: readonly T[], change: (member: T) => R): Record<string, R> {
  return Object.fromEntries(members.map((member) => [member.key, change(member)]));
}
