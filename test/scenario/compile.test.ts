import { describe, expect, test } from "vitest";
import { ProblemError } from "../../src/base/problem.ts";
import { compileScenario } from "../../src/scenario/compile.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { placeholdersIn } from "../../src/scenario/placeholders.ts";
import { documentationPlan, shapeOf } from "../../src/scenario/shape.ts";
import type { AddressPlan } from "../../src/world/world.ts";
import { folderOf, miniatureCatalogue, miniatureFiles, miniatureScenario } from "./miniature.ts";

function load(text = miniatureScenario) {
  const { scenario, problems } = loadScenario(folderOf(text), miniatureFiles, miniatureCatalogue);
  expect(problems).toEqual([]);
  if (scenario === undefined) throw new Error("a scenario without problems is there");
  return scenario;
}

const scenario = load();
const plan = documentationPlan(shapeOf(scenario.blueprint));
const compile = (seed: number, addresses: AddressPlan = plan) => compileScenario(scenario, seed, addresses, miniatureCatalogue);

/** Another engine's plan: /26 blocks in the middle of a /24. */
const carved: AddressPlan = {
  networks: { internet: "198.18.5.64/26", office: "198.18.6.128/26" },
  addresses: {
    mx1: { internet: "198.18.5.83", office: "198.18.6.131" },
    mx2: { internet: "198.18.5.84", office: "198.18.6.132" },
    sender: { internet: "198.18.5.74" },
  },
};

describe("a compiled scenario", () => {
  test("is the same for the same seed and plan", () => {
    for (const seed of [0, 1, 2, 50]) expect(compile(seed)).toEqual(compile(seed));
    expect(compile(1).healthy.organisations).not.toEqual(compile(2).healthy.organisations);
  });

  test("holds no placeholder any more, for any seed and plan", () => {
    for (let seed = 0; seed < 40; seed++) {
      for (const addresses of [plan, carved]) {
        const { scenario: _text, ...rest } = compile(seed, addresses);
        expect(placeholdersIn(JSON.stringify(rest))).toEqual([]);
      }
    }
  });

  test("seed 0 has the world's own names", () => {
    const { healthy, ticket, mail } = compile(0);
    expect(healthy.hosts.map(({ name }) => name)).toEqual(["mx1.meadow.example", "mx2.meadow.example", "mail.brook.example"]);
    expect(healthy.people.map(({ address }) => address)).toEqual(["alice@meadow.example", "dana@brook.example"]);
    expect(ticket).toContain("Hello, Alice Ash here.");
    expect(mail.map(({ from, message }) => [from, message.from, message.to, message.sizeBytes])).toEqual([
      ["sender", "dana@brook.example", ["alice@meadow.example"], undefined],
      ["sender", "dana@brook.example", ["alice@meadow.example"], 4_000_000],
    ]);
  });

  test("breaks the zone and nothing else", () => {
    const { healthy, broken } = compile(3);
    const changed = healthy.hosts.flatMap((host, index) => {
      const files = broken.hosts[index]?.files ?? {};
      return Object.keys({ ...host.files, ...files })
        .filter((path) => host.files[path] !== files[path])
        .map((path) => `${host.key}:${path}`);
    });
    expect(changed).toEqual(["mx1:/etc/bind/db"]);
    expect(broken.hosts[0]?.files["/etc/bind/db"]).toContain("MX 20 mx1\n@ IN MX 10 mx2\n");
    expect(broken.hosts[0]?.files["/etc/bind/db"]).toContain("( 2 2 3 4 5 )");
  });

  test("gives checks their mail and times, and questions of time the TTL", () => {
    const { objectives, solutions } = compile(0);
    expect(objectives[0]).toMatchObject({
      check: { id: "delivered" },
      params: {
        mail: { from: "sender", message: { sizeBytes: 4_000_000 } },
        via: ["mx1"],
        notVia: ["mx2"],
        withinMs: 120_000,
        whileDown: [],
      },
    });
    expect(solutions[0]?.[1]).toEqual({ waitMs: 60_000 });
  });

  test("has its own guards and the standing ones, with the mail that it sends", () => {
    const { guards, mail } = compile(4);
    expect(guards.map(({ id }) => id)).toEqual(["backup-works", "backup-is-closed", "arrives-once"]);
    const mails = mail.map(({ messageId, message }) => ({ messageId, to: message.to[0], mailboxHost: "mx1" }));
    expect(guards[2]?.params).toEqual({ mails });
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  });

  test("drops a standing guard that the fault itself breaks", () => {
    const text = miniatureScenario.replace("hints:", "standing-guards: {without: [arrives-once]}\nhints:");
    const { guards } = compileScenario(load(text), 0, plan, miniatureCatalogue);
    expect(guards.map(({ id }) => id)).toEqual(["backup-works", "backup-is-closed"]);
  });

  test("a plan with a block that is too large is a problem, not a wrong reverse zone", () => {
    const wide = { ...plan, networks: { ...plan.networks, internet: "198.18.0.0/15" } };
    expect(() => compile(0, wide)).toThrow(ProblemError);
    const shared = { ...plan, networks: { internet: "198.18.5.64/26", office: "198.18.5.128/26" } };
    expect(() => compile(0, shared)).toThrow(/same 198\.18\.5\.0\/24/);
  });
});

describe("what is different in the world", () => {
  const choose = (world: string) => {
    const loaded = load(miniatureScenario.replace("world: {use: miniature}", `world: ${world}`));
    return compileScenario(loaded, 0, documentationPlan(shapeOf(loaded.blueprint)), miniatureCatalogue).healthy;
  };
  const mainCf = (world: ReturnType<typeof choose>, key: string) =>
    world.hosts.find((host) => host.key === key)?.files["/etc/postfix/main.cf"];

  test("a plain key goes to the host's first daemon", () => {
    expect(mainCf(choose("{use: miniature, mx2: {parameters: {size: 5}}}"), "mx2")).toContain("size = 5\n");
  });

  test("maps are merged, null takes a key away", () => {
    expect(mainCf(choose("{use: miniature, mx2: {parameters: {size: 5}}}"), "mx2")).toContain("relay = mx1.meadow.example\n");
    expect(mainCf(choose("{use: miniature, mx2: {parameters: {relay: null}}}"), "mx2")).not.toContain("relay");
  });

  test("a daemon's name narrows to that daemon", () => {
    expect(mainCf(choose("{use: miniature, mx1: {postfix: {parameters: {size: 5}}}}"), "mx1")).toContain("size = 5\n");
  });

  test("a removed host goes with everything that names it", () => {
    const text = miniatureScenario
      .replace("world: {use: miniature}", "world: {use: miniature, variants: [one-mx]}")
      .replace(/faults:\n.*\n/, "")
      .replace(/diagnosis:[\s\S]*?objectives:/, "objectives:")
      .replace(", seen: dig-mx", "")
      .replace("not-via: [mx2], ", "")
      .replace(/traps:\n.*\n/, "");
    const loaded = load(text);
    const world = compileScenario(loaded, 0, documentationPlan(shapeOf(loaded.blueprint)), miniatureCatalogue).healthy;
    expect(JSON.stringify(world)).not.toContain("mx2");
    expect(world.hosts[0]?.nameservers).toEqual(["198.51.100.3"]);
    expect(loaded.blueprint.guards.map(({ id }) => id)).toEqual(["arrives-once"]);
  });
});
