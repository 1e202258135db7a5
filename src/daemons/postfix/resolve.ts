import { addressLiteral, isHostName } from "../../mail/host-name.ts";
import type { FileReader } from "../daemon.ts";
import type { AddressClass } from "./address-class.ts";
import { type Match, type MatchList, matchDomain, matchName, openMatchList } from "./match-list.ts";
import type { PostfixPolicy } from "./policy.ts";
import { type RewriteRules, rewriteAddress } from "./rewrite.ts";
import { routeOf } from "./route.ts";
import { findInMaps, isTroubled, openMaps, type TroubledLookup } from "./tables/maps.ts";
import type { LookupTable } from "./tables/table.ts";

/** What trivial-rewrite(8) answers for an address. */
export interface Resolved {
  /** `smtp`, `relay`, `lmtp`, `local`, `virtual`, `error` */
  readonly transport: string;
  /** The destination: a domain, `[host]:port`, `unix:private/dovecot-lmtp`, or the text of an error transport. */
  readonly nexthop: string;
  /** The recipient that the transport gets; routing such as `user%site@here` is undone. */
  readonly recipient: string;
  readonly addressClass: AddressClass;
  /** The sender routes by itself (`user@site@here`): relaying such mail is refused. */
  readonly routed: boolean;
  /** The domain is no valid name or address literal: `501 5.1.3 Bad recipient address syntax`. */
  readonly invalid: boolean;
  /** What trivial-rewrite warns about each time: `do not list domain meadow.example in BOTH mydestination and relay_domains`. */
  readonly complaints: readonly string[];
}

/**
 * Rewrites and resolves addresses as trivial-rewrite(8) does, from one policy. Tables stay open, as in a process of that program.
 */
export interface Resolver {
  rewrite(address: string): string;
  /** True for a domain that this host is the destination of: mydestination, or the literal of one of its addresses. */
  isLocal(domain: string): boolean;
  /** @param address rewritten before; "" is the null sender */
  resolve(address: string): Resolved | TroubledLookup;
  /** `$myorigin`, read from its file where it names one (Debian). */
  readonly origin: string;
  /** Every table it has open; their problems are logged when the process starts. */
  readonly tables: readonly LookupTable[];
  /** Warnings of the process when it starts, after those of its tables: it looks for the `*` of the transport tables. */
  readonly startWarnings: readonly string[];
}

/** @param ownAddresses the host's addresses: mail for `[203.0.113.19]` is local there */
export function createResolver(policy: PostfixPolicy, files: FileReader, ownAddresses: readonly string[]): Resolver {
  const origin = originOf(policy, files);
  const rules: RewriteRules = {
    origin,
    domain: policy.get("mydomain"),
    appendAtMyorigin: policy.bool("append_at_myorigin"),
    appendDotMydomain: policy.bool("append_dot_mydomain"),
    swapBangpath: policy.bool("swap_bangpath"),
    allowPercentHack: policy.bool("allow_percent_hack"),
  };
  const open = (name: string): MatchList => openMatchList(name, policy.list(name), files);
  const parentMatches = new Set(policy.list("parent_domain_matches_subdomains"));
  const lists = {
    destination: open("mydestination"),
    aliasDomains: open("virtual_alias_domains"),
    mailboxDomains: open("virtual_mailbox_domains"),
    relayDomains: open("relay_domains"),
  };
  const transportMaps = openMaps(policy.list("transport_maps"), files);
  const own = new Set([...ownAddresses, "127.0.0.1", "::1"]);
  const matchLocal = (domain: string): Match => {
    const literal = addressLiteral(domain);
    return literal === undefined ? matchName(lists.destination, domain) : own.has(literal);
  };
  const context: ResolveContext = {
    policy,
    lists,
    matchLocal,
    transportMaps,
    relaySubdomains: parentMatches.has("relay_domains"),
    transportSubdomains: parentMatches.has("transport_maps"),
    rewrite: (address) => rewriteAddress(address, rules),
  };
  return {
    rewrite: context.rewrite,
    isLocal: (domain) => matchLocal(domain) === true,
    resolve: (address) => resolveAddress(context, address),
    origin,
    tables: [...transportMaps, ...Object.values(lists).flatMap((list) => [...list.tables.values()])],
    startWarnings: wildcardWarnings(transportMaps),
  };
}

/** The wildcard is looked up for transport_maps and, with the same tables, for address_verify_transport_maps. */
function wildcardWarnings(transportMaps: readonly LookupTable[]): readonly string[] {
  const found = findInMaps(transportMaps, "*", "fixed", "transport_maps");
  return isTroubled(found) ? [...found.warnings, ...found.warnings] : [];
}

/** Debian: a myorigin that is a path means the first line of that file. */
export function originOf(policy: PostfixPolicy, files: FileReader): string {
  const value = policy.get("myorigin");
  return value.startsWith("/") ? ((files.read(value) ?? "").split("\n")[0] ?? "").trim() : value;
}

interface ResolveContext {
  readonly policy: PostfixPolicy;
  readonly lists: Readonly<Record<"destination" | "aliasDomains" | "mailboxDomains" | "relayDomains", MatchList>>;
  matchLocal(domain: string): Match;
  readonly transportMaps: readonly LookupTable[];
  readonly relaySubdomains: boolean;
  readonly transportSubdomains: boolean;
  rewrite(address: string): string;
}

function resolveAddress(context: ResolveContext, address: string): Resolved | TroubledLookup {
  const { policy } = context;
  // The null address is mail for whoever gets empty addresses here (`empty_address_recipient`), a local user.
  const given = address === "" ? `${policy.get("empty_address_recipient")}@${policy.get("myhostname")}` : address;
  const inner = innerRecipient(context, given);
  if (isTroubled(inner)) return inner;
  const { recipient, routed } = inner;
  const domain = recipient.slice(recipient.lastIndexOf("@") + 1).toLowerCase();
  const invalid = domain.startsWith("[") ? addressLiteral(domain) === undefined : !isHostName(domain);
  const found = classOf(context, domain);
  if (typeof found === "object") return found;
  const route = routeOf(context, found, recipient, domain);
  if (isTroubled(route)) return route;
  return { ...route, recipient, addressClass: found, routed, invalid, complaints: complaintsAbout(context, found, domain) };
}

/** Undoes routing through this host: `user%site@here` is for `user@site`. */
function innerRecipient(
  context: ResolveContext,
  address: string,
): { readonly recipient: string; readonly routed: boolean } | TroubledLookup {
  let recipient = address;
  let routed = false;
  for (;;) {
    const at = recipient.lastIndexOf("@");
    const local = recipient.slice(0, at);
    const routing = /[@%!]/.test(local);
    routed ||= routing;
    const isLocal = at < 0 ? true : context.matchLocal(recipient.slice(at + 1).toLowerCase());
    if (typeof isLocal === "object") return isLocal;
    if (at <= 0 || !routing || !isLocal) return { recipient, routed };
    const next = local.includes("@") ? local : context.rewrite(local);
    if (next === recipient) return { recipient, routed };
    recipient = next;
  }
}

function classOf(context: ResolveContext, domain: string): AddressClass | TroubledLookup {
  const { lists } = context;
  const questions: readonly (readonly [AddressClass, () => Match])[] = [
    ["local", () => context.matchLocal(domain)],
    ["virtual-alias", () => matchName(lists.aliasDomains, domain)],
    ["virtual-mailbox", () => matchName(lists.mailboxDomains, domain)],
    ["relay", () => matchDomain(lists.relayDomains, domain, context.relaySubdomains)],
  ];
  for (const [addressClass, ask] of questions) {
    const match = ask();
    if (typeof match === "object") return { warnings: [...match.warnings, ...lookupFailure(addressClass)] };
    if (match) return addressClass;
  }
  return "default";
}

const listNames: Readonly<Record<AddressClass, string>> = {
  local: "mydestination",
  "virtual-alias": "virtual_alias_domains",
  "virtual-mailbox": "virtual_mailbox_domains",
  relay: "relay_domains",
  default: "transport_maps",
};

function lookupFailure(addressClass: AddressClass): readonly string[] {
  return [`${listNames[addressClass]} lookup failure`];
}

/** A domain that stands in two lists which exclude each other. */
function complaintsAbout(context: ResolveContext, addressClass: AddressClass, domain: string): readonly string[] {
  const { lists } = context;
  const others: readonly (readonly [AddressClass, Match])[] =
    addressClass === "local"
      ? [
          ["virtual-alias", matchName(lists.aliasDomains, domain)],
          ["virtual-mailbox", matchName(lists.mailboxDomains, domain)],
        ]
      : addressClass === "virtual-alias"
        ? [
            ["virtual-mailbox", matchName(lists.mailboxDomains, domain)],
            ["relay", matchDomain(lists.relayDomains, domain, context.relaySubdomains)],
          ]
        : addressClass === "virtual-mailbox"
          ? [["relay", matchDomain(lists.relayDomains, domain, context.relaySubdomains)]]
          : [];
  return others
    .filter(([, match]) => match === true)
    .map(([other]) => `do not list domain ${domain} in BOTH ${listNames[addressClass]} and ${listNames[other]}`);
}
