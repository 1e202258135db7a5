import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeWhere, type Problem } from "../../src/base/problem.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import type { SourceFile } from "../../src/scenario/load-source.ts";
import { folderOf, miniatureCatalogue, miniatureFiles, miniatureScenario, miniatureWorld } from "./miniature.ts";

function load(text: string, worlds = miniatureFiles): readonly Problem[] {
  return loadScenario(folderOf(text), worlds, miniatureCatalogue).problems;
}

/** The scenario with one piece of text exchanged; the piece must be there. */
function changed(from: string, to: string): string {
  expect(miniatureScenario).toContain(from);
  return miniatureScenario.replace(from, to);
}

function withWorld(from: string, to: string): ReadonlyMap<string, SourceFile> {
  expect(miniatureWorld).toContain(from);
  return new Map([["miniature", { file: "scenarios/worlds/miniature.yaml", text: miniatureWorld.replace(from, to) }]]);
}

/** 1-based position of the first occurrence of a text. */
function place(text: string, of: string): string {
  const before = text.slice(0, text.indexOf(of)).split("\n");
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

interface Slip {
  readonly slip: string;
  readonly from: string;
  readonly to: string;
  readonly code: string;
  /** The place that is named: that of this text in the changed file. */
  readonly at: string;
  readonly says?: string;
}

const slips: readonly Slip[] = [
  {
    slip: "unknown key",
    from: "difficulty: 1",
    to: "dificulty: 1",
    code: "unknown-key",
    at: "dificulty",
    says: "Did you mean difficulty?",
  },
  { slip: "missing key", from: "difficulty: 1\n", to: "", code: "missing-key", at: "id: tiny", says: "lacks the key difficulty" },
  {
    slip: "planned key",
    from: "engines:",
    to: "policy: {}\nengines:",
    code: "unsupported-key",
    at: "policy",
    says: "nothing acts on it yet",
  },
  {
    slip: "wrong type",
    from: "difficulty: 1",
    to: "difficulty: hard",
    code: "wrong-type",
    at: "hard",
    says: 'a number, not the text "hard"',
  },
  { slip: "out of bounds", from: "difficulty: 1", to: "difficulty: 9", code: "bad-value", at: "9", says: "at most 5" },
  { slip: "unknown word", from: "[embedded]", to: "[embeded]", code: "unknown-word", at: "embeded", says: "embedded" },
  { slip: "nested unknown key", from: "place: mx1", to: "plaice: mx1\n  place: mx1", code: "unknown-key", at: "plaice", says: "place" },
  {
    slip: "unknown fault",
    from: "use: mx-wrong-order",
    to: "use: mx-wrong-oder",
    code: "unknown-fault",
    at: "mx-wrong-oder",
    says: "mx-wrong-order",
  },
  { slip: "fault parameter", from: "swap: [mx1, mx2]", to: "swop: [mx1, mx2]", code: "unknown-key", at: "swop", says: "swap" },
  {
    slip: "fault without a place",
    from: 'zone: "{org.domain}", swap',
    to: "zone: elsewhere.example, swap",
    code: "no-such-zone",
    at: "{use: mx-wrong",
  },
  {
    slip: "unknown check",
    from: "check: delivered, with: {mail: big",
    to: "check: deliverd, with: {mail: big",
    code: "unknown-check",
    at: "deliverd",
  },
  { slip: "check parameter", from: "not-via: [mx2]", to: "notvia: [mx2]", code: "unknown-key", at: "notvia", says: "notVia" },
  { slip: "bad duration", from: "within: ttl+60s", to: "within: a while", code: "wrong-type", at: "a while" },
  {
    slip: "unknown cause",
    from: "cause: relay-denied",
    to: "cause: relay-denide",
    code: "unknown-cause",
    at: "relay-denide",
    says: "relay-denied",
  },
  { slip: "cause twice", from: "cause: relay-denied", to: "cause: mx-wrong-order", code: "duplicate-id", at: "mx-wrong-order, contra" },
  { slip: "unknown world", from: "use: miniature", to: "use: minature", code: "unknown-world", at: "minature", says: "miniature" },
  { slip: "unknown host", from: "on: mx1, run", to: "on: mx9, run", code: "unknown-host", at: "mx9" },
  { slip: "host missing in the world", from: "place: mx1", to: "place: ns1", code: "unknown-host", at: "ns1" },
  {
    slip: "override of a missing host",
    from: "{use: miniature}",
    to: "{use: miniature, mx3: {parameters: {}}}",
    code: "unknown-host",
    at: "{parameters",
  },
  { slip: "foreign host", from: "on: mx2, run", to: "on: sender, run", code: "foreign-host", at: "sender, run", says: "mx1, mx2" },
  {
    slip: "setting of a daemon",
    from: "{use: miniature}",
    to: "{use: miniature, mx2: {paramters: {}}}",
    code: "unknown-key",
    at: "paramters",
    says: "parameters",
  },
  {
    slip: "unknown variant",
    from: "{use: miniature}",
    to: "{use: miniature, variants: [one-mix]}",
    code: "unknown-variant",
    at: "one-mix",
    says: "one-mx",
  },
  { slip: "unknown mail", from: "mail: big, via", to: "mail: huge, via", code: "unknown-mail", at: "huge" },
  {
    slip: "unknown person",
    from: 'id: small, from: "{sender.address}"',
    to: "id: small, from: who@x.example",
    code: "unknown-person",
    at: "who@x.example",
  },
  {
    slip: "unknown placeholder",
    from: "Look at {host.mx1.name}",
    to: "Look at {host.mx1.nam}",
    code: "unknown-placeholder",
    at: '"Look at',
    says: "{host.mx1.name}",
  },
  {
    slip: "half a placeholder",
    from: "goal: Large mail arrives",
    to: 'goal: "Mail for {user}"',
    code: "unknown-placeholder",
    at: '"Mail for',
    says: "{user.name}",
  },
  { slip: "seeded nobody", from: "org: company", to: "ogr: company", code: "unknown-company", at: "ogr" },
  {
    slip: "mail twice",
    from: "id: big, from",
    to: "id: small, from",
    code: "duplicate-id",
    at: 'small, from: "{sender.address}", to: "{user.address}", size',
  },
  { slip: "objective named as a guard", from: "id: backup-works", to: "id: big-arrives", code: "duplicate-id", at: "big-arrives, check" },
  {
    slip: "trap rejected by nothing",
    from: "rejected-by: backup-is-closed",
    to: "rejected-by: nothing",
    code: "unknown-objective-or-guard",
    at: "nothing",
  },
  { slip: "empty hint", from: "says: dig}", to: 'says: ""}', code: "bad-value", at: '""', says: "must not be empty" },
  { slip: "missing hint", from: "  - {step: cause, says: cause}\n", to: "", code: "missing-hint", at: "- {step: where" },
  { slip: "hints out of order", from: "{step: command", to: "{step: fix", code: "hints-out-of-order", at: "reading" },
  { slip: "unknown evidence", from: "seen: dig-mx", to: "seen: dig-mix", code: "unknown-piece-of-evidence", at: "dig-mix" },
  { slip: "another folder", from: "id: tiny", to: "id: little", code: "wrong-folder", at: "little" },
  { slip: "no diagnosis", from: "diagnosis:", to: "dignosis:", code: "missing-diagnosis", at: "{use: mx-wrong" },
  { slip: "key twice", from: "minutes: 5", to: "minutes: 5\nminutes: 6", code: "duplicate-key", at: "minutes: 6" },
  { slip: "a tab", from: "teaches: [mx-preference]", to: "teaches:\n\t- mx-preference", code: "yaml-syntax", at: "\t- mx", says: "spaces" },
  { slip: "an open bracket", from: "engines: [embedded]", to: "engines: [embedded", code: "yaml-syntax", at: "engines: [embedded" },
  { slip: "an alias of nothing", from: "title: Big mail comes back", to: "title: *big", code: "yaml-syntax", at: "*big" },
];

describe("a slip is found at its place", () => {
  test("the scenario without a slip has no problem", () => {
    expect(load(miniatureScenario)).toEqual([]);
  });

  test.each(slips)("$slip", ({ from, to, code, at, says }) => {
    const text = changed(from, to);
    const problems = load(text);
    const found = problems.find((problem) => problem.code === code);
    expect(problems.map((problem) => problem.code)).toContain(code);
    if (code !== "yaml-syntax") expect(describeWhere(found?.where)).toBe(`scenarios/tiny/scenario.yaml:${place(text, at)}`);
    expect(found?.where?.line).toBeGreaterThan(0);
    expect(found?.hint ?? "").not.toBe(undefined);
    if (says !== undefined) expect(`${found?.message} ${found?.hint}`).toContain(says);
  });

  test("all slips of a file are told at once, in the order of the file", () => {
    const text = changed("difficulty: 1", "dificulty: 1")
      .replace("use: mx-wrong-order", "use: mx-wrong-oder")
      .replace("place: mx1", "place: ns1")
      .replace("Look at {host.mx1.name}", "Look at {host.mx1.nam}")
      .replace("id: big, from", "id: small, from")
      .replace("minutes: 5", "minutes: [5]");
    const problems = load(text);
    const codes = [
      "missing-key",
      "unknown-key",
      "wrong-type",
      "duplicate-id",
      "unknown-fault",
      "unknown-host",
      "unknown-mail",
      "unknown-placeholder",
    ];
    expect(problems.map(({ code }) => code).sort()).toEqual([...codes].sort());
    const lines = problems.map(({ where }) => where?.line ?? 0);
    expect(lines).toEqual([...lines].sort((left, right) => left - right));
  });

  test("texts beside the scenario are missing, empty, or use unknown placeholders", () => {
    const folder = folderOf(miniatureScenario);
    const { ticket: _gone, ...bare } = folder;
    const missing = loadScenario(bare, miniatureFiles, miniatureCatalogue).problems;
    expect(missing).toMatchObject([{ code: "missing-text", where: { file: "scenarios/tiny/ticket.md" } }]);
    const empty = loadScenario(
      folderOf(miniatureScenario, { debrief: { file: "d.md", text: " \n" } }),
      miniatureFiles,
      miniatureCatalogue,
    ).problems;
    expect(empty).toMatchObject([{ code: "missing-text", where: { file: "d.md" } }]);
    const ticket = { file: "scenarios/tiny/ticket.md", text: "Hello\n\nFrom {usr.name}\n" };
    const unknown = loadScenario(folderOf(miniatureScenario, { ticket }), miniatureFiles, miniatureCatalogue).problems;
    expect(unknown).toMatchObject([
      { code: "unknown-placeholder", where: { file: ticket.file, line: 3, column: 6 }, hint: "Did you mean {user.name}?" },
    ]);
  });
});

describe("slips of a world", () => {
  const inWorld: readonly {
    readonly slip: string;
    readonly from: string;
    readonly to: string;
    readonly code: string;
    readonly at?: string;
  }[] = [
    { slip: "unknown daemon", from: "      postfix: {}", to: "      postfx: {}", code: "unknown-daemon", at: "postfx" },
    { slip: "unknown network", from: "at: {internet: 10}", to: "at: {interne: 10}", code: "unknown-network", at: "10}" },
    { slip: "unknown owner", from: "owner: sender", to: "owner: nobody", code: "unknown-organisation", at: "nobody" },
    { slip: "an address twice", from: "at: {internet: 20, office: 4}", to: "at: {internet: 19, office: 4}", code: "address-taken" },
    { slip: "unknown placeholder", from: "{address.mx1.office}", to: "{address.mx1.offce}", code: "unknown-placeholder" },
    { slip: "wrong setting", from: "message_size_limit: 100", to: "message_size_limit: big", code: "wrong-type", at: "big" },
    {
      slip: "a mailbox nowhere",
      from: "organisation: org, mailbox: mx1",
      to: "organisation: org, mailbox: mx7",
      code: "unknown-host",
      at: "mx7",
    },
  ];

  test.each(inWorld)("$slip", ({ from, to, code, at }) => {
    const worlds = withWorld(from, to);
    const found = load(miniatureScenario, worlds).find((problem) => problem.code === code);
    expect(found?.where?.file).toBe("scenarios/worlds/miniature.yaml");
    const text = worlds.get("miniature")?.text ?? "";
    if (at !== undefined) expect(`${found?.where?.line}:${found?.where?.column}`).toBe(place(text, at));
  });

  test("worlds that use each other in a circle", () => {
    const worlds = new Map([
      ["miniature", { file: "a.yaml", text: "use: other\n" }],
      ["other", { file: "b.yaml", text: "name: other\nuse: miniature\n" }],
    ]);
    const problems = load(miniatureScenario, worlds);
    expect(problems).toMatchObject([{ code: "cyclic-world", where: { file: "b.yaml", line: 2 } }]);
    expect(problems[0]?.message).toContain("miniature → other → miniature");
  });
});

describe("what a file may not do to us", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (let index = 1; index < 12; index++)
    bomb.push(
      `k${index}: &k${index} [${Array(10)
        .fill(index === 1 ? "*a" : `*k${index - 1}`)
        .join(", ")}]`,
    );
  const hostile: readonly (readonly [name: string, text: string, code: string])[] = [
    ["an alias bomb", bomb.join("\n"), "too-many-values"],
    ["an alias of itself", "a: &a [*a]", "too-deep"],
    ["5 MB of YAML", `id: tiny\n${"x: [1, 2, 3]\n".repeat(400_000)}`, "file-too-large"],
    ["thousands of brackets", "[".repeat(100_000), "too-deep"],
    ["deep nesting", `a: ${"[".repeat(60)}${"]".repeat(60)}`, "too-deep"],
    ["a list", "- 1\n- 2\n", "wrong-type"],
    ["nothing", "", "wrong-type"],
    ["a prototype", "__proto__: {polluted: true}\n", "bad-key"],
    ["a map as a key", "? {a: 1}\n: 2\n", "bad-key"],
    ["a tag", "id: !!binary aGVsbG8=\n", "wrong-type"],
    ["two documents", "id: a\n---\nid: b\n", "yaml-syntax"],
  ];

  test.each(hostile)("%s", (_, text, code) => {
    const problems = load(text);
    expect(problems.map((problem) => problem.code)).toContain(code);
    expect(problems.length).toBeLessThan(60);
  });

  test("a scenario with any bytes exchanged loads or has problems, and never throws", () => {
    const span = fc.record({
      at: fc.nat(miniatureScenario.length),
      drop: fc.nat(12),
      put: fc.string({ maxLength: 6, unit: "binary-ascii" }),
    });
    fc.assert(
      fc.property(span, ({ at, drop, put }) => {
        const text = miniatureScenario.slice(0, at) + put + miniatureScenario.slice(at + drop);
        const { scenario, problems } = loadScenario(folderOf(text), miniatureFiles, miniatureCatalogue);
        expect(scenario === undefined).toBe(problems.length > 0);
        for (const problem of problems) expect(problem.where?.file).toBeDefined();
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
