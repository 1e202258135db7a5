import type { FileReader } from "../daemon.ts";
import { blockHolds, parseBlock } from "./tables/cidr-table.ts";
import { domainKeys, type TroubledLookup } from "./tables/maps.ts";
import { isTableName, openTable } from "./tables/open-table.ts";
import { isFailure, type LookupTable } from "./tables/table.ts";

/** True, false, or a table in the list that could not be asked. */
export type Match = boolean | TroubledLookup;

/** A list of patterns: mydestination, relay_domains, mynetworks. Tables in it are opened once. */
export interface MatchList {
  readonly members: readonly string[];
  readonly tables: ReadonlyMap<string, LookupTable>;
  /** What messages call it: `relay_domains`. */
  readonly title: string;
}

/** @param members as `policy.list` gives them */
export function openMatchList(title: string, members: readonly string[], files: FileReader): MatchList {
  const names = members
    .map((member) => member.replace(/^!+/, ""))
    .filter((name) => isTableName(name) && !/^\[/.test(name) && !isAddressLike(name));
  return { title, members, tables: new Map(names.map((name) => [name, openTable(name, files)])) };
}

/** IPv6 addresses hold colons and are no tables. */
function isAddressLike(name: string): boolean {
  return typeof parseBlock(name) !== "string";
}

/** Matches a name exactly, as string_list_match(3): mydestination, virtual_alias_domains, virtual_mailbox_domains. */
export function matchName(list: MatchList, name: string): Match {
  const wanted = name.toLowerCase();
  return matchMembers(list, (pattern, table) =>
    table === undefined ? pattern.toLowerCase() === wanted : askTable(list.title, table, [wanted]),
  );
}

/**
 * Matches a domain as domain_list_match(3): relay_domains.
 * @param subdomainsMatch the parameter stands in parent_domain_matches_subdomains: `meadow.example` matches what is below it, too;
 *   otherwise `.meadow.example` does that
 */
export function matchDomain(list: MatchList, domain: string, subdomainsMatch: boolean): Match {
  const wanted = domain.toLowerCase();
  return matchMembers(list, (pattern, table) => {
    if (table === undefined) return matchesHost(pattern.toLowerCase(), wanted, subdomainsMatch);
    return askTable(list.title, table, table.fixedKeys ? domainKeys(wanted, subdomainsMatch) : [wanted]);
  });
}

/** Matches a client as namadr_list_match(3): host names, networks, addresses, and tables by name and address. */
export function matchClient(list: MatchList, name: string, address: string, subdomainsMatch: boolean): Match {
  const wanted = name.toLowerCase();
  return matchMembers(list, (pattern, table) => {
    if (table !== undefined) {
      return askTable(list.title, table, [...(table.fixedKeys ? domainKeys(wanted, subdomainsMatch) : [wanted]), address]);
    }
    const block = parseBlock(pattern);
    return typeof block === "string" ? matchesHost(pattern.toLowerCase(), wanted, subdomainsMatch) : blockHolds(block, address);
  });
}

/** The first member that matches decides; `!` turns its answer round. */
function matchMembers(list: MatchList, matches: (pattern: string, table: LookupTable | undefined) => Match): Match {
  for (const member of list.members) {
    const [, not = "", pattern = ""] = /^(!*)(.*)$/.exec(member) ?? [];
    const match = matches(pattern, list.tables.get(pattern));
    if (typeof match === "object") return match;
    if (match) return not.length % 2 === 0;
  }
  return false;
}

function matchesHost(pattern: string, name: string, subdomainsMatch: boolean): boolean {
  if (pattern === name) return true;
  return subdomainsMatch ? name.endsWith(`.${pattern}`) : pattern.startsWith(".") && name.endsWith(pattern);
}

function askTable(title: string, table: LookupTable, keys: readonly string[]): Match {
  for (const key of keys) {
    const result = table.lookup(key);
    if (isFailure(result)) return { warnings: [result.failure, `${title}: ${table.name}: table lookup problem`] };
    if (result !== undefined) return true;
  }
  return false;
}
