import type { Sourced, SourcedMap } from "./load-source.ts";

/**
 * `over` laid upon `base`: maps are merged key by key, everything else is replaced, a null takes the key away.
 * Each part keeps the place where it was written, so a problem in an override points into the scenario, not into the world.
 */
export function mergeSourced(base: Sourced, over: Sourced): Sourced {
  if (base.kind !== "map" || over.kind !== "map") return over;
  const entries = new Map(base.entries);
  for (const [key, { keyWhere, value }] of over.entries) {
    const below = entries.get(key);
    if (value.kind === "scalar" && value.value === null) entries.delete(key);
    else entries.set(key, { keyWhere, value: below === undefined ? value : mergeSourced(below.value, value) });
  }
  return { ...base, entries };
}

/** A copy of the map with one key set (merged over what was there). */
export function mergeKey(base: SourcedMap, key: string, over: Sourced): SourcedMap {
  const single: SourcedMap = { kind: "map", where: over.where, entries: new Map([[key, { keyWhere: over.where, value: over }]]) };
  return mergeSourced(base, single) as SourcedMap;
}

/**
 * A copy from which everything is gone that names something removed: a list loses the items that name it, a map the keys whose
 * value does. An item that is a map goes whole when one of its own texts names it; a list inside it only loses items.
 */
export function withoutMentions(source: Sourced, names: (text: string) => boolean): Sourced | undefined {
  if (source.kind === "scalar") return typeof source.value === "string" && names(source.value) ? undefined : source;
  if (source.kind === "list") {
    const items = source.items.flatMap((item) => {
      if (item.kind === "map" && [...item.entries.values()].some(({ value }) => mentionsItself(value, names))) return [];
      return withoutMentions(item, names) ?? [];
    });
    return { ...source, items };
  }
  const entries = [...source.entries].flatMap(([key, { keyWhere, value }]) => {
    const kept = names(key) ? undefined : withoutMentions(value, names);
    return kept === undefined ? [] : [[key, { keyWhere, value: kept }] as const];
  });
  return { ...source, entries: new Map(entries) };
}

function mentionsItself(value: Sourced, names: (text: string) => boolean): boolean {
  return value.kind === "scalar" && typeof value.value === "string" && names(value.value);
}
