import type { FileReader } from "../../daemon.ts";
import { openTable } from "./open-table.ts";
import { isFailure, type LookupTable } from "./table.ts";

/** What a list of tables says about a key: a value, that it cannot tell, or (undefined) that nobody knows it. */
export type Found = { readonly value: string } | TroubledLookup;

/** A lookup that gave no answer. Mail waits; the program logs these warnings, oldest first. */
export interface TroubledLookup {
  readonly warnings: readonly string[];
}

export function isTroubled<T extends object>(found: T | TroubledLookup | undefined): found is TroubledLookup {
  return found !== undefined && "warnings" in found;
}

/** Which tables a key is looked up in: `fixed` leaves out pattern tables, which see whole addresses only. */
export type KeyKind = "whole" | "fixed";

/** Opens the tables of a `..._maps` parameter. @throws PostfixFatal for a type that Postfix does not know */
export function openMaps(names: readonly string[], files: FileReader): readonly LookupTable[] {
  return names.map((name) => openTable(name.includes(":") ? name : `hash:${name}`, files));
}

/** The first table that knows the key (maps_find(3)). A table that cannot be asked ends the search. */
export function findInMaps(tables: readonly LookupTable[], key: string, kind: KeyKind = "whole", title = "maps"): Found | undefined {
  for (const table of tables) {
    if (kind === "fixed" && !table.fixedKeys) continue;
    const result = table.lookup(key);
    if (result === undefined) continue;
    if (isFailure(result)) return { warnings: [result.failure, `${table.name} lookup error for "${key}"`] };
    if (result !== "") return { value: result };
    return {
      warnings: [`${title} lookup of ${key} returns an empty string result`, `${title} should return NO RESULT in case of NOT FOUND`],
    };
  }
  return undefined;
}

export interface AddressKeysOptions {
  /** `$recipient_delimiter` */
  readonly delimiter: string;
  /** True where mail for the domain is this host's own (mydestination, inet_interfaces, myorigin): the bare local part counts. */
  readonly isLocal: (domain: string) => boolean;
}

/**
 * The keys under which tables hold an address, best first (mail_addr_find(3)): `user+ext@domain`, `user@domain`, then for a local domain
 * `user+ext` and `user`, then `@domain`. Used for aliases, canonical and recipient maps.
 */
export function addressKeys(address: string, options: AddressKeysOptions): readonly { readonly key: string; readonly kind: KeyKind }[] {
  const at = address.lastIndexOf("@");
  const local = at < 0 ? address : address.slice(0, at);
  const domain = at < 0 ? undefined : address.slice(at + 1);
  const bare = withoutExtension(local, options.delimiter);
  const locals = bare === local ? [local] : [local, bare];
  const whole = locals.map((name) => (domain === undefined ? name : `${name}@${domain}`));
  const short = domain !== undefined && options.isLocal(domain) ? locals : [];
  const rest = domain === undefined ? [] : [`@${domain}`];
  return [
    ...whole.map((key, index) => ({ key, kind: index === 0 ? ("whole" as const) : ("fixed" as const) })),
    ...[...short, ...rest].map((key) => ({ key, kind: "fixed" as const })),
  ];
}

/** Looks an address up under all of its keys. */
export function findAddress(
  tables: readonly LookupTable[],
  address: string,
  options: AddressKeysOptions,
  title?: string,
): Found | undefined {
  for (const { key, kind } of addressKeys(address, options)) {
    const found = findInMaps(tables, key, kind, title);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The local part without its extension: `alice` of `alice+list`, with delimiter `+`. Names such as `owner-list` keep theirs. */
export function withoutExtension(localPart: string, delimiter: string): string {
  if (delimiter === "" || /^(mailer-daemon|double-bounce)$/i.test(localPart)) return localPart;
  if (delimiter.includes("-") && (/^owner-/i.test(localPart) || /-request$/i.test(localPart))) return localPart;
  const cut = [...localPart].findIndex((letter, index) => index > 0 && delimiter.includes(letter));
  return cut < 0 ? localPart : localPart.slice(0, cut);
}

/** The extension, without its delimiter; undefined where there is none. */
export function extensionOf(localPart: string, delimiter: string): string | undefined {
  const bare = withoutExtension(localPart, delimiter);
  return bare.length < localPart.length ? localPart.slice(bare.length + 1) : undefined;
}

/** A domain and its parents as keys: `sub.meadow.example`, then `.meadow.example`, `.example`; without the dots where parents match so. */
export function domainKeys(domain: string, parentsWithoutDot: boolean): readonly string[] {
  const labels = domain.split(".");
  const parents = labels.slice(1).map((_, index) => labels.slice(index + 1).join("."));
  return [domain, ...parents.map((parent) => (parentsWithoutDot ? parent : `.${parent}`))];
}
