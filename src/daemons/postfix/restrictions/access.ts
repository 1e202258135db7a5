import { splitAddress } from "../../../mail/address.ts";
import { domainKeys, type Found, findInMaps, isTroubled, type KeyKind, withoutExtension } from "../tables/maps.ts";
import type { LookupTable } from "../tables/table.ts";

/** Keys of an access table, best first. */
export type AccessKeys = readonly { readonly key: string; readonly kind: KeyKind }[];

/** `mail.brook.example`, `brook.example`, `example`. @param subdomainsMatch smtpd_access_maps stands in parent_domain_matches_subdomains */
export function domainAccessKeys(name: string, subdomainsMatch: boolean): AccessKeys {
  return domainKeys(name.toLowerCase(), subdomainsMatch).map((key, index) => ({ key, kind: index === 0 ? "whole" : "fixed" }));
}

/** `203.0.113.10`, `203.0.113`, `203.0`, `203`; IPv6 at its colons. */
export function addressAccessKeys(address: string): AccessKeys {
  const separator = address.includes(":") ? ":" : ".";
  const parts = address.split(separator);
  return parts.map((_, index) => ({ key: parts.slice(0, parts.length - index).join(separator), kind: index === 0 ? "whole" : "fixed" }));
}

/** `user+ext@domain`, `user@domain`, the domain and its parents, `user+ext@`, `user@`. */
export function mailAccessKeys(
  address: string,
  options: { readonly delimiter: string; readonly subdomainsMatch: boolean; readonly nullKey: string },
): AccessKeys {
  if (address === "") return [{ key: options.nullKey, kind: "whole" }];
  const { localPart, domain } = splitAddress(address.toLowerCase());
  const bare = withoutExtension(localPart, options.delimiter);
  const locals = bare === localPart ? [localPart] : [localPart, bare];
  const whole = locals.map((local, index) => ({
    key: domain === undefined ? local : `${local}@${domain}`,
    kind: index === 0 ? ("whole" as const) : ("fixed" as const),
  }));
  const domains = domain === undefined ? [] : domainKeys(domain, options.subdomainsMatch).map((key) => ({ key, kind: "fixed" as const }));
  return [...whole, ...domains, ...locals.map((local) => ({ key: `${local}@`, kind: "fixed" as const }))];
}

/** The first value that the table has for one of the keys. */
export function findAccess(table: LookupTable, keys: AccessKeys): Found | undefined {
  for (const { key, kind } of keys) {
    const found = findInMaps([table], key, kind, table.name);
    if (isTroubled(found) || found !== undefined) return found;
  }
  return undefined;
}
