import { isTroubled, type TroubledLookup } from "../../../../../daemons/postfix/tables/maps.ts";
import type { MailSystem } from "../mail-system.ts";

/** `virtual_alias_recursion_limit`, `virtual_alias_expansion_limit` */
const limit = 1000;

/**
 * virtual_alias_maps applied until nothing changes: `postmaster@x.example` → the addresses that stand for it.
 * `@x.example user@y.example` and the bare `@y.example` (same user elsewhere) are known.
 */
export function expandAliases(system: MailSystem, address: string): readonly string[] | TroubledLookup {
  const { tables } = system;
  if (tables.maps("virtual_alias_maps").length === 0) return [address];
  const done: string[] = [];
  const waiting = [address];
  const seen = new Set<string>();
  while (waiting.length > 0 && done.length < limit) {
    const current = waiting.shift() as string;
    const key = current.toLowerCase();
    const found = seen.has(key) ? undefined : tables.findAddress("virtual_alias_maps", current);
    if (isTroubled(found)) return found;
    seen.add(key);
    const local = current.slice(0, current.lastIndexOf("@"));
    const targets = (found?.value ?? "").split(/[\s,]+/).filter((target) => target !== "");
    if (targets.length === 0) {
      if (!done.includes(current)) done.push(current);
      continue;
    }
    const completed = targets.map((target) => (target.startsWith("@") ? local + target : tables.addresses.rewrite(target)));
    // An alias that names itself keeps the mail here.
    for (const target of completed) {
      if (target.toLowerCase() === key) done.push(target);
      else waiting.push(target);
    }
  }
  return done;
}
