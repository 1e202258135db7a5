import type { Problem, Where } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import type { HostKey, Pace } from "../world/world.ts";
import { type Blueprint, blueprintOf, danglingNames } from "./blueprint.ts";
import { checkSource } from "./load-issues.ts";
import { mergeKey, mergeSourced, withoutMentions } from "./load-merge.ts";
import { plainValue, readSource, type Sourced, type SourcedMap, type SourceFile, valueAt, whereOf } from "./load-source.ts";
import { placeholdersIn } from "./placeholders.ts";
import { worldSchema } from "./schema-world.ts";

/** Which world, and what is different in it. */
export interface WorldChoice {
  readonly use: string;
  readonly pace: Pace;
  readonly variants: readonly Named[];
  readonly without: readonly Named[];
  /** Host → settings laid upon those of its daemons. */
  readonly overrides: ReadonlyMap<HostKey, Sourced>;
  /** Where the choice was made, for problems. */
  readonly where: Where;
}

interface Named {
  readonly name: string;
  readonly where: Where;
}

/** World files by name. */
export type WorldFiles = ReadonlyMap<string, SourceFile>;

export interface LoadedBlueprint {
  readonly blueprint: Blueprint | undefined;
  readonly problems: readonly Problem[];
}

/** A world as its file says, without variants or changes. */
export function plainChoice(use: string, pace: Pace = "lapse", where: Where = {}): WorldChoice {
  return { use, pace, variants: [], without: [], overrides: new Map(), where };
}

/** Puts a world together: the chain of `use:`, then variants, then overrides, then what is taken away. */
export function loadWorld(choice: WorldChoice, worlds: WorldFiles): LoadedBlueprint {
  const chain = readChain(choice.use, worlds, choice.where, []);
  if (chain.root === undefined) return { blueprint: undefined, problems: chain.problems };
  const changed = applyChanges(chain.root, choice);
  if (changed.problems.length > 0) return { blueprint: undefined, problems: changed.problems };
  const checked = checkSource(changed.root, worldSchema, `the world ${choice.use}`);
  if (checked.value === undefined) return { blueprint: undefined, problems: checked.problems };
  const blueprint = blueprintOf(checked.value, changed.root, choice.pace);
  const problems = danglingNames(blueprint);
  return problems.length > 0 ? { blueprint: undefined, problems } : { blueprint, problems };
}

type Read = { readonly root: SourcedMap | undefined; readonly problems: readonly Problem[] };

function readChain(name: string, worlds: WorldFiles, where: Where, seen: readonly string[]): Read {
  if (seen.includes(name)) {
    const message = `The worlds use each other in a circle: ${[...seen, name].join(" → ")}.`;
    return {
      root: undefined,
      problems: [{ code: "cyclic-world", message, where, hint: "Let one of them stand on its own, without `use:`." }],
    };
  }
  const file = worlds.get(name);
  if (file === undefined) return { root: undefined, problems: [{ ...unknownId("world", name, [...worlds.keys()]), where }] };
  const { root, problems } = readSource(file);
  if (root === undefined || problems.length > 0) return { root: undefined, problems };
  if (root.kind !== "map") return { root: undefined, problems: [notAMap(root.where)] };
  const used = valueAt(root, ["use"]);
  if (used === undefined) return { root, problems: [] };
  const base = readChain(String(plainValue(used)), worlds, used.where, [...seen, name]);
  if (base.root === undefined) return base;
  return { root: mergeSourced(base.root, root) as SourcedMap, problems: [] };
}

function notAMap(where: Where): Problem {
  return { code: "wrong-type", message: "The file must hold a map.", where, hint: "Write `name: value` lines." };
}

type Changed = { readonly root: SourcedMap; readonly problems: readonly Problem[] };

function applyChanges(root: SourcedMap, choice: WorldChoice): Changed {
  const problems: Problem[] = [];
  const known = keysOf(valueAt(root, ["variants"]));
  const chosen = choice.variants.flatMap(({ name, where }) => {
    const variant = valueAt(root, ["variants", name]);
    if (variant?.kind === "map") return [variant];
    problems.push({ ...unknownId("variant", name, known), where });
    return [];
  });
  let changed = root;
  for (const [host, over] of [...chosen.flatMap(overridesOf), ...choice.overrides]) {
    const laid = override(changed, host, over);
    changed = laid.root;
    problems.push(...laid.problems);
  }
  for (const { name, where } of [...chosen.flatMap((variant) => namedIn(variant, ["without"])), ...choice.without]) {
    const taken = withoutHost(changed, name, where);
    changed = taken.root;
    problems.push(...taken.problems);
  }
  const silenced = chosen.flatMap((variant) => namedIn(variant, ["standing-guards", "without"])).map(({ name }) => name);
  changed = withoutGuards(changed, silenced);
  const { variants: _used, ...rest } = Object.fromEntries(changed.entries);
  return { root: { ...changed, entries: new Map(Object.entries(rest)) }, problems };
}

/** Keys of a variant that are not hosts. */
const variantKeys: ReadonlySet<string> = new Set(["summary", "without", "standing-guards"]);

function overridesOf(variant: SourcedMap): [HostKey, Sourced][] {
  return [...variant.entries].filter(([key]) => !variantKeys.has(key)).map(([key, { value }]) => [key, value]);
}

function namedIn(variant: SourcedMap, path: readonly string[]): Named[] {
  const list = valueAt(variant, path);
  return list?.kind === "list" ? list.items.map((item) => ({ name: String(plainValue(item)), where: item.where })) : [];
}

/** Keys of a host that an override may change on the host itself; every other key belongs to a daemon. */
const hostKeys: ReadonlySet<string> = new Set(["duties", "nameservers", "daemons", "files", "mailboxes"]);

function override(root: SourcedMap, host: HostKey, over: Sourced): Changed {
  const known = keysOf(valueAt(root, ["hosts"]));
  if (!known.includes(host)) return { root, problems: [{ ...unknownId("host", host, known), where: over.where }] };
  if (over.kind !== "map") return { root, problems: [notAMap(over.where)] };
  const kinds = keysOf(valueAt(root, ["hosts", host, "daemons"]));
  const problems: Problem[] = [];
  let changed = root;
  for (const [key, { keyWhere, value }] of over.entries) {
    const first = kinds[0];
    const single: SourcedMap = { kind: "map", where: over.where, entries: new Map([[key, { keyWhere, value }]]) };
    if (hostKeys.has(key)) changed = mergeAt(changed, ["hosts", host], single);
    else if (kinds.includes(key)) changed = mergeAt(changed, ["hosts", host, "daemons"], single);
    else if (first !== undefined) changed = mergeAt(changed, ["hosts", host, "daemons", first], single);
    else problems.push({ code: "no-daemon", message: `${host} runs no daemon that could be set.`, where: keyWhere, hint: "Remove it." });
  }
  return { root: changed, problems };
}

function mergeAt(root: SourcedMap, path: readonly string[], over: Sourced): SourcedMap {
  const nested = [...path.slice(1)].reverse().reduce<Sourced>((value, key) => {
    return { kind: "map", where: over.where, entries: new Map([[key, { keyWhere: over.where, value }]]) };
  }, over);
  return mergeKey(root, path[0] as string, nested);
}

function withoutHost(root: SourcedMap, host: HostKey, where: Where): Changed {
  const hosts = valueAt(root, ["hosts"]);
  const known = keysOf(hosts);
  if (hosts?.kind !== "map" || !known.includes(host)) return { root, problems: [{ ...unknownId("host", host, known), where }] };
  const entries = new Map(hosts.entries);
  entries.delete(host);
  const mentions = (text: string): boolean => placeholdersIn(text).some((path) => names(path, host));
  const kept = withoutMentions({ ...hosts, entries }, mentions) ?? hosts;
  const rest = new Map(root.entries);
  rest.set("hosts", { keyWhere: whereOf(root, ["hosts"], "key"), value: kept });
  return { root: { ...root, entries: rest }, problems: [] };
}

function withoutGuards(root: SourcedMap, ids: readonly string[]): SourcedMap {
  const guards = root.entries.get("standing-guards");
  if (guards?.value.kind !== "list" || ids.length === 0) return root;
  const items = guards.value.items.filter((guard) => !ids.includes(String(plainValue(valueAt(guard, ["id"]) ?? guard))));
  const entries = new Map(root.entries).set("standing-guards", { ...guards, value: { ...guards.value, items } });
  return { ...root, entries };
}

function names(path: string, host: HostKey): boolean {
  const [root, key] = path.split(".");
  return key === host && (root === "host" || root === "address" || root === "octet");
}

function keysOf(source: Sourced | undefined): string[] {
  return source?.kind === "map" ? [...source.entries.keys()] : [];
}
