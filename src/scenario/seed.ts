import { createRandom, type Random } from "../base/random.ts";
import type { Blueprint } from "./blueprint.ts";
import { companyWords, hostLabels, personNames } from "./seed-names.ts";

export type Drawn = "company" | "person" | "host";

/** Whose names a scenario has drawn: key → what of it. */
export type Seeded = Readonly<Record<string, Drawn | readonly Drawn[]>>;

/** The names of one learner's world. */
export interface Names {
  readonly organisations: Readonly<Record<string, { readonly name: string; readonly domain: string }>>;
  readonly people: Readonly<Record<string, { readonly name: string; readonly local: string }>>;
  /** Host key → first label of its name. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** The seed whose names are the world's own: nothing is drawn. */
export const plainSeed = 0;

/**
 * Draws the names that a scenario wants drawn; the others stay as the world has them. The same seed draws the same names, and
 * each key draws from its own stream, so that drawing one more changes none of the others unless two would be the same.
 */
export function drawNames(blueprint: Blueprint, seeded: Seeded, seed: number): Names {
  const random = createRandom(seed).fork("names");
  const wants = (key: string, what: Drawn): boolean => seed !== plainSeed && [seeded[key]].flat().includes(what);
  const companies = draw(blueprint.organisations, "company", wants, companyWords, random, ({ domain }) => domain.split(".")[0] ?? "");
  const people = draw(
    blueprint.people,
    "person",
    wants,
    personNames.map(([first]) => first),
    random,
    ({ name }) => name.split(" ")[0] ?? "",
  );
  const hosts = draw(blueprint.hosts, "host", wants, hostLabels, random, ({ label }) => label);
  return {
    organisations: Object.fromEntries(
      blueprint.organisations.map(({ key, name, domain }) => [key, companyOf(companies.get(key)) ?? { name, domain }]),
    ),
    people: Object.fromEntries(blueprint.people.map(({ key, name, local }) => [key, personOf(people.get(key)) ?? { name, local }])),
    hosts: Object.fromEntries(blueprint.hosts.map(({ key, label }) => [key, hosts.get(key) ?? label])),
  };
}

function draw<T extends { readonly key: string }>(
  members: readonly T[],
  what: Drawn,
  wants: (key: string, what: Drawn) => boolean,
  choices: readonly string[],
  random: Random,
  nameOf: (member: T) => string,
): ReadonlyMap<string, string> {
  const drawn = new Map<string, string>();
  const taken = new Set(members.filter(({ key }) => !wants(key, what)).map((member) => nameOf(member).toLowerCase()));
  for (const { key } of members) {
    if (!wants(key, what)) continue;
    const choice = random
      .fork(`${what}/${key}`)
      .shuffle(choices)
      .find((candidate) => !taken.has(candidate.toLowerCase()));
    if (choice === undefined) throw new Error(`the list of names for a ${what} is shorter than the world`);
    taken.add(choice.toLowerCase());
    drawn.set(key, choice);
  }
  return drawn;
}

function companyOf(word: string | undefined): { name: string; domain: string } | undefined {
  return word === undefined ? undefined : { name: word.charAt(0).toUpperCase() + word.slice(1), domain: `${word}.example` };
}

function personOf(first: string | undefined): { name: string; local: string } | undefined {
  const last = personNames.find(([candidate]) => candidate === first)?.[1];
  return first === undefined || last === undefined
    ? undefined
    : { name: `${first} ${last}`, local: first.toLowerCase().replaceAll("-", "") };
}
