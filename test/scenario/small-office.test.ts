import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { buildWorld } from "../../src/scenario/compile-world.ts";
import { readScenarioFiles } from "../../src/scenario/load-library.ts";
import { loadWorld, plainChoice } from "../../src/scenario/load-world.ts";
import { drawNames, type Seeded } from "../../src/scenario/seed.ts";
import { documentationPlan, shapeOf } from "../../src/scenario/shape.ts";
import type { AddressPlan, World } from "../../src/world/world.ts";

const fixtures = "test/fixtures/small-office";
const { worlds } = readScenarioFiles(".");

function build(options: { variants?: readonly string[]; seed?: number; seeded?: Seeded; plan?: AddressPlan } = {}): World {
  const variants = (options.variants ?? []).map((name) => ({ name, where: {} }));
  const { blueprint, problems } = loadWorld({ ...plainChoice("small-office"), variants }, worlds);
  expect(problems).toEqual([]);
  if (blueprint === undefined) throw new Error("a world without problems is there");
  const seed = options.seed ?? 0;
  const names = drawNames(blueprint, options.seeded ?? {}, seed);
  const built = buildWorld(
    blueprint,
    names,
    options.plan ?? documentationPlan(shapeOf(blueprint)),
    { seed, startsAtMs: 0 },
    catalogue.daemons,
  );
  expect(built.problems).toEqual([]);
  return built.world;
}

function filesBelow(folder: string, prefix = ""): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = `${prefix}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(folder, path) : [path];
  });
}

const world = build();
const recorded = readdirSync(fixtures)
  .sort()
  .flatMap((host) => filesBelow(join(fixtures, host)).map((path) => [host, path] as const));

describe("small-office with its own names is the world that was recorded", () => {
  test("it has the same hosts", () => {
    expect(world.hosts.map(({ key }) => key).sort()).toEqual(readdirSync(fixtures).sort());
    expect(world.hosts.length).toBeLessThanOrEqual(10);
  });

  test.each(recorded)("%s %s", (key, path) => {
    const host = world.hosts.find((candidate) => candidate.key === key);
    expect(host?.files[path]).toBe(readFileSync(join(fixtures, key, path), "utf8"));
  });

  test("it has no other file, but for the tables that postmap has made of its sources", () => {
    const others = world.hosts.flatMap(({ key, files }) =>
      Object.keys(files).flatMap((path) => (isRecorded(key, path) ? [] : [`${key} ${path}`])),
    );
    expect(others.filter((name) => !name.endsWith(".db"))).toEqual([]);
    for (const name of others)
      expect(name.replace(/\.db$/, "")).toSatisfy((source: string) => isRecorded(...(source.split(" ") as [string, string])));
  });
});

function isRecorded(key: string, path: string): boolean {
  return recorded.some(([host, file]) => host === key && file === path);
}

describe("who and where", () => {
  test.each([
    ["internet", "ns.backbone.example", "internet", ["203.0.113.2"]],
    ["sender", "mail.brook.example", "sender", ["203.0.113.10"]],
    ["bystander", "mail.thicket.example", "bystander", ["203.0.113.11"]],
    ["ns1", "ns1.meadow.example", "org", ["203.0.113.17", "198.51.100.8"]],
    ["resolver", "resolver.meadow.example", "org", ["203.0.113.18", "198.51.100.2"]],
    ["mx1", "mx1.meadow.example", "org", ["203.0.113.19", "198.51.100.3"]],
    ["mx2", "mx2.meadow.example", "org", ["203.0.113.20", "198.51.100.4"]],
    ["filter", "filter.meadow.example", "org", ["198.51.100.5"]],
    ["mailbox", "mailbox.meadow.example", "org", ["198.51.100.6"]],
    ["desk", "desk.meadow.example", "org", ["203.0.113.21", "198.51.100.7"]],
  ])("%s", (key, name, owner, addresses) => {
    const host = world.hosts.find((candidate) => candidate.key === key);
    expect(host).toMatchObject({ name, owner });
    expect(host?.interfaces.map(({ address }) => address)).toEqual(addresses);
  });
});

describe("another learner's world", () => {
  const seeded: Seeded = { org: "company", sender: ["company", "person"], bystander: "company", user: "person", mx1: "host" };
  const carved: AddressPlan = {
    networks: { internet: "198.18.7.64/26", office: "198.18.8.128/26" },
    addresses: Object.fromEntries(
      world.hosts.map(({ key, interfaces }) => [
        key,
        Object.fromEntries(
          interfaces.map(({ network, address }) => {
            const offset = Number(address.split(".").at(-1));
            return [network, network === "internet" ? `198.18.7.${64 + offset}` : `198.18.8.${128 + offset}`];
          }),
        ),
      ]),
    ),
  };

  test.each([1, 2, 3, 20, 49])("seed %d holds nobody else's names and addresses", (seed) => {
    const text = JSON.stringify(build({ seed, seeded, plan: carved })).toLowerCase();
    expect(
      ["meadow", "brook", "thicket", "alice", "dana", "203.0.113", "198.51.100", "mx1.", "10 mx1"].filter((foreign) =>
        text.includes(foreign),
      ),
    ).toEqual([]);
  });

  test("its reverse zones follow the addresses", () => {
    const files = build({ seed: 5, seeded, plan: carved }).hosts.find(({ key }) => key === "internet")?.files ?? {};
    const reverse = files["/etc/bind/db.198.18.7"] ?? "";
    expect(reverse).toContain("80-95\tIN\tNS\t");
    expect(reverse).toContain("$GENERATE 80-95 $ CNAME $.80-95");
  });
});

describe("variants", () => {
  test("one-mx: nothing speaks of a backup", () => {
    const alone = build({ variants: ["one-mx"] });
    expect(JSON.stringify(alone).match(/.{30}(?:mx2|203\.0\.113\.20\b|198\.51\.100\.4\b)/)).toBeNull();
    expect(alone.hosts).toHaveLength(9);
  });

  test("twin-backup: mx2 has mail filtered and hands it to the mailbox host", () => {
    const mx2 = build({ variants: ["twin-backup"] }).hosts.find(({ key }) => key === "mx2")?.files ?? {};
    expect(mx2["/etc/postfix/main.cf"]).toContain("smtpd_milters = inet:filter.meadow.example:11332\n");
    expect(mx2["/etc/postfix/transport"]).toContain("meadow.example smtp:[mailbox.meadow.example]\n");
  });

  test("filter-behind: the mailbox host asks the filter, mx1 does not", () => {
    const { hosts } = build({ variants: ["filter-behind"] });
    const asks = hosts.filter(({ files }) => files["/etc/postfix/main.cf"]?.includes("smtpd_milters")).map(({ key }) => key);
    expect(asks).toEqual(["mailbox"]);
  });

  test("no-filter: nobody asks a filter", () => {
    const text = JSON.stringify(build({ variants: ["no-filter"] }));
    expect(text.match(/.{30}(?:milter|filter\.meadow|198\.51\.100\.5\b)/)).toBeNull();
  });

  test("together: one exchanger and no filter", () => {
    const bare = build({ variants: ["one-mx", "no-filter"] });
    expect(bare.hosts).toHaveLength(8);
  });
});
