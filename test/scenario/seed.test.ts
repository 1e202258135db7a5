import { describe, expect, test } from "vitest";
import { loadWorld, plainChoice } from "../../src/scenario/load-world.ts";
import { drawNames, plainSeed, type Seeded } from "../../src/scenario/seed.ts";
import { companyWords, hostLabels, personNames } from "../../src/scenario/seed-names.ts";
import { miniatureFiles } from "./miniature.ts";

const { blueprint } = loadWorld(plainChoice("miniature"), miniatureFiles);
if (blueprint === undefined) throw new Error("the miniature world does not load");
const everything: Seeded = { org: "company", user: "person", sender: ["person", "company"], mx1: "host" };

describe("drawn names", () => {
  test("seed 0 draws nothing", () => {
    expect(drawNames(blueprint, everything, plainSeed)).toEqual(drawNames(blueprint, {}, 7));
  });

  test("the same seed draws the same names, 200 seeds draw many", () => {
    const drawn = Array.from({ length: 200 }, (_, seed) => drawNames(blueprint, everything, seed + 1));
    expect(drawn).toEqual(Array.from({ length: 200 }, (_, seed) => drawNames(blueprint, everything, seed + 1)));
    const domains = new Set(drawn.map(({ organisations }) => organisations.org?.domain));
    const people = new Set(drawn.map(({ people: byKey }) => byKey.user?.name));
    expect(domains.size).toBeGreaterThan(40);
    expect(people.size).toBeGreaterThan(50);
  });

  test("what is not asked for stays, and nobody shares a name", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { organisations, people, hosts } = drawNames(blueprint, { org: "company", sender: "person" }, seed);
      expect(organisations.sender).toEqual({ name: "Brook", domain: "brook.example" });
      expect(people.user).toEqual({ name: "Alice Ash", local: "alice" });
      expect(hosts).toEqual({ mx1: "mx1", mx2: "mx2", sender: "mail" });
      const both = drawNames(blueprint, everything, seed);
      expect(both.organisations.org?.domain).not.toBe(both.organisations.sender?.domain);
      expect(both.people.user?.local).not.toBe(both.people.sender?.local);
    }
  });

  test("drawing one more leaves the others as they were", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const one = drawNames(blueprint, { org: "company" }, seed);
      const more = drawNames(blueprint, { org: "company", user: "person", mx1: "host" }, seed);
      expect(more.organisations.org).toEqual(one.organisations.org);
    }
  });
});

describe("the lists", () => {
  const firsts = personNames.map(([first]) => first.toLowerCase());
  const hosts = ["mx1", "mx2", "mail", "mailbox", "filter", "desk", "resolver", "ns1", "office", "relay", "internet", "backbone"];
  const words = [
    ...companyWords,
    ...hostLabels,
    ...firsts,
    "meadow",
    "brook",
    "thicket",
    "alice",
    "bob",
    "carol",
    "dana",
    "erik",
    "finn",
    ...hosts,
  ];

  test("are long enough", () => {
    expect(companyWords.length).toBeGreaterThanOrEqual(60);
    expect(personNames.length).toBeGreaterThanOrEqual(80);
    expect(hostLabels.length).toBeGreaterThanOrEqual(40);
  });

  test("no word stands in two lists or twice in one", () => {
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });

  test("no company and no host is part of another name, so a grep finds one thing", () => {
    const names = [...companyWords, ...hostLabels, "meadow", "brook", "thicket"];
    const inside = names.flatMap((name) =>
      words.filter((other) => other !== name && other.includes(name)).map((other) => `${name} in ${other}`),
    );
    expect(inside).toEqual([]);
  });

  test("local parts and domains are plain", () => {
    for (const word of [...companyWords, ...hostLabels]) expect(word).toMatch(/^[a-z]+$/);
    for (const [first] of personNames) expect(first).toMatch(/^[A-Z][a-z]+(-[a-z]+)?$/);
  });
});
