import ipaddr from "ipaddr.js";
import type { Problem } from "../../base/problem.ts";
import type { Clause } from "./conf-parser.ts";

/** One element of an address match list; the first that matches decides. */
export interface AddressItem {
  readonly not: boolean;
  readonly match: "any" | "none" | "localhost" | "localnets" | { readonly cidr: string } | { readonly list: AddressList };
}

export type AddressList = readonly AddressItem[];

/** The addresses of the host itself and of the networks it stands on. */
export interface OwnAddresses {
  readonly addresses: readonly string[];
  readonly networks: readonly string[];
}

/** True where the list lets the address in. No element matches: it does not. */
export function admits(list: AddressList, address: string, own: OwnAddresses): boolean {
  return decide(list, address, own) ?? false;
}

/** The list in a block of named.conf. Names of lists are looked up among `known`. */
export function readAddressList(block: readonly Clause[], known: ReadonlyMap<string, AddressList>, problems: Problem[]): AddressList {
  return block.flatMap((element) => {
    const not = "word" in (element.parts[0] ?? {}) && (element.parts[0] as { word: string }).word === "!";
    const part = element.parts[not ? 1 : 0];
    if (part === undefined) return [];
    if ("block" in part) return [{ not, match: { list: readAddressList(part.block, known, problems) } }];
    const match = matchOf(part.word, known);
    if (typeof match === "object" && "problem" in match) {
      problems.push({ code: match.code, message: match.problem, where: { file: element.file, line: element.line } });
      return [];
    }
    return [{ not, match }];
  });
}

function matchOf(
  word: string,
  known: ReadonlyMap<string, AddressList>,
): AddressItem["match"] | { readonly problem: string; readonly code: string } {
  if (word === "any" || word === "none" || word === "localhost" || word === "localnets") return word;
  const list = known.get(word);
  if (list !== undefined) return { list };
  const cidr = cidrOf(word);
  if (cidr === undefined) return { problem: `undefined ACL '${word}'`, code: "undefined-acl" };
  const [network] = ipaddr.parseCIDR(cidr);
  const [address, length] = cidr.split("/") as [string, string];
  const start = network.kind() === "ipv4" ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  if (start.toString() !== ipaddr.parse(address).toString()) {
    return { problem: `'${word}': address/prefix length mismatch '${length}'`, code: "bad-prefix" };
  }
  return { cidr };
}

/** `203.0.113.2`, `198.51.100/26`, `2001:db8::/32` → address and length. */
function cidrOf(word: string): string | undefined {
  const [address = "", length] = word.split("/");
  const octets = address.split(".").length;
  const full = /^[\d.]+$/.test(address) && octets < 4 && length !== undefined ? `${address}${".0".repeat(4 - octets)}` : address;
  if (!ipaddr.IPv4.isValidFourPartDecimal(full) && !ipaddr.IPv6.isValid(full)) return undefined;
  const cidr = `${full}/${length ?? (ipaddr.parse(full).kind() === "ipv4" ? 32 : 128)}`;
  return ipaddr.isValidCIDR(cidr) ? cidr : undefined;
}

function decide(list: AddressList, address: string, own: OwnAddresses): boolean | undefined {
  for (const item of list) {
    const { match } = item;
    if (typeof match === "object" && "list" in match) {
      // A nested list that says no is no match at all (the reference manual, "Address Match Lists").
      if (decide(match.list, address, own) === true) return !item.not;
    } else if (matches(match, address, own)) return !item.not;
  }
  return undefined;
}

function matches(match: Exclude<AddressItem["match"], { readonly list: AddressList }>, address: string, own: OwnAddresses): boolean {
  if (match === "any") return true;
  if (match === "none") return false;
  if (match === "localhost") return address === "127.0.0.1" || address === "::1" || own.addresses.includes(address);
  if (match === "localnets") return [...own.networks, "127.0.0.0/8"].some((network) => isIn(address, network));
  return isIn(address, match.cidr);
}

function isIn(address: string, cidr: string): boolean {
  const parsed = ipaddr.parse(address);
  const [network, length] = ipaddr.parseCIDR(cidr);
  return parsed.kind() === network.kind() && parsed.match(network, length);
}
