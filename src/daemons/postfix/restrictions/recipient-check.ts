import type { FileReader } from "../../daemon.ts";
import type { AddressClass } from "../address-class.ts";
import type { PostfixPolicy } from "../policy.ts";
import type { Resolver } from "../resolve.ts";
import { type AddressKeysOptions, findAddress, isTroubled, openMaps } from "../tables/maps.ts";
import type { LookupTable } from "../tables/table.ts";
import type { RecipientCheck, RecipientVerdict } from "./facts.ts";

/** What each address class looks recipients up in, and what smtpd(8) says of those it does not find. */
const classes: Readonly<Partial<Record<AddressClass, { readonly maps: string; readonly code: string; readonly name: string }>>> = {
  local: { maps: "local_recipient_maps", code: "unknown_local_recipient_reject_code", name: "local recipient" },
  "virtual-alias": { maps: "virtual_alias_maps", code: "unknown_virtual_alias_reject_code", name: "virtual alias" },
  "virtual-mailbox": { maps: "virtual_mailbox_maps", code: "unknown_virtual_mailbox_reject_code", name: "virtual mailbox" },
  relay: { maps: "relay_recipient_maps", code: "unknown_relay_recipient_reject_code", name: "relay recipient" },
};

/** Tables that change addresses: what they know exists. */
const rewritingMaps = ["recipient_canonical_maps", "canonical_maps", "virtual_alias_maps"];

/**
 * The check of smtpd(8) whether an address exists here (`smtpd_reject_unlisted_recipient`). Tables are opened now, as in a process.
 * A class whose parameter names no table knows everybody.
 */
export function createRecipientCheck(
  policy: PostfixPolicy,
  files: FileReader,
  resolver: Resolver,
): RecipientCheck & { readonly tables: readonly LookupTable[] } {
  const names = [...rewritingMaps, ...Object.values(classes).map(({ maps }) => maps)];
  const open = new Map(names.map((name) => [name, openMaps(policy.list(name), files)]));
  const keys: AddressKeysOptions = {
    delimiter: policy.get("recipient_delimiter"),
    isLocal: (domain) => domain.toLowerCase() === resolver.origin.toLowerCase() || resolver.isLocal(domain),
  };
  const showTable = policy.bool("show_user_unknown_table_name");
  const check: RecipientCheck = (address) => {
    const resolved = resolver.resolve(resolver.rewrite(address));
    if (isTroubled(resolved)) return resolved;
    for (const name of rewritingMaps) {
      const found = findAddress(open.get(name) ?? [], resolved.recipient, keys, name);
      if (isTroubled(found)) return found;
      if (found !== undefined) return { known: true };
    }
    const addressClass = classes[resolved.addressClass];
    if (addressClass === undefined) return { known: true };
    const tables = open.get(addressClass.maps) ?? [];
    if (tables.length === 0 && resolved.addressClass !== "virtual-alias") return { known: true };
    const found = findAddress(tables, resolved.recipient, keys, addressClass.maps);
    if (isTroubled(found)) return found;
    if (found !== undefined) return { known: true };
    return unknown(policy.int(addressClass.code), `User unknown${showTable ? ` in ${addressClass.name} table` : ""}`);
  };
  return Object.assign(check, { tables: [...open.values()].flat() });
}

function unknown(code: number, text: string): RecipientVerdict {
  return { known: false, code, status: code < 500 ? "4.1.1" : "5.1.1", text };
}
