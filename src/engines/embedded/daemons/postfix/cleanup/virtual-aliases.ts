import { isTroubled, type TroubledLookup } from "../../../../../daemons/postfix/tables/maps.ts";
import type { MailSystem } from "../mail-system.ts";

/** `virtual_alias_recursion_limit`, `virtual_alias_expansion_limit` */
const limit = 1000;

/** Aliases that lead on and on, or to more addresses than anybody means. */
export interface AliasExpansionFault {
  readonly fault: "nesting" | "size";
}

/**
 * virtual_alias_maps applied until nothing changes (cleanup_map1n): `postmaster@x.example` → the addresses that stand for it.
 * An address may expand into itself once; `@y.example` on the right keeps the user.
 */
export function expandAliases(system: MailSystem, address: string): readonly string[] | TroubledLookup | AliasExpansionFault {
  const { tables } = system;
  if (tables.maps("virtual_alias_maps").length === 0) return [address];
  const addresses = [address];
  const ownself = new Set<string>();
  for (let index = 0; index < addresses.length; index++) {
    if (addresses.length > limit) return { fault: "size" };
    for (let depth = 0; !ownself.has((addresses[index] as string).toLowerCase()); depth++) {
      if (depth >= limit) return { fault: "nesting" };
      const current = addresses[index] as string;
      const found = tables.findAddress("virtual_alias_maps", current);
      if (isTroubled(found)) return found;
      const targets = (found?.value ?? "").split(/[\s,]+/).filter((target) => target !== "");
      if (targets.length === 0) break;
      const local = current.slice(0, current.lastIndexOf("@"));
      const [first = current, ...more] = targets.map((target) =>
        target.startsWith("@") ? local + target : tables.addresses.rewrite(target),
      );
      addresses[index] = first;
      addresses.push(...more);
      if ([first, ...more].some((target) => target.toLowerCase() === current.toLowerCase())) ownself.add(current.toLowerCase());
    }
  }
  return addresses;
}
