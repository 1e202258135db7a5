import { describe, expect, test } from "vitest";
import { type CompiledScenario, compileScenario } from "../../src/scenario/compile.ts";
import { type Party, partyNamed } from "../../src/scenario/compile-parties.ts";
import type { Pin } from "../../src/scenario/diagnosis.ts";
import { judgeEscalation } from "../../src/scenario/escalation.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { playSteps } from "../../src/scenario/play-steps.ts";
import { documentationPlan, shapeOf } from "../../src/scenario/shape.ts";
import type { StepOutcome } from "../../src/scenario/stage.ts";
import type { Range } from "../../src/world/engine.ts";
import { folderOf, miniatureCatalogue, miniatureFiles, miniatureScenario } from "./miniature.ts";

const owners = `
owners:
  - party: sender
    runs: "the server of {sender.company}"
    wants: [dig-mx]
    after: ttl+30s
    does: [{on: sender, run: "mend {host.mx1.name}"}]
    says: It is done.
    otherwise: It works for us.
`;

const problemsOf = (text: string) => loadScenario(folderOf(text), miniatureFiles, miniatureCatalogue).problems;

function compiledWith(text: string): CompiledScenario {
  const { scenario, problems } = loadScenario(folderOf(text), miniatureFiles, miniatureCatalogue);
  expect(problems).toEqual([]);
  if (scenario === undefined) throw new Error("a scenario without problems is there");
  return compileScenario(scenario, 0, documentationPlan(shapeOf(scenario.blueprint)), miniatureCatalogue);
}

const compiled = compiledWith(miniatureScenario + owners);
const [sender] = compiled.parties as [Party];
const pin = (text: string, on = "mx1"): Pin => ({ kind: "answer", on, text });
const good = pin("10 mx2.meadow.example.");

describe("parties", () => {
  test("are the other organisations, with what is theirs", () => {
    expect(compiled.parties).toMatchObject([{ key: "sender", name: "Brook", domain: "brook.example", runs: "the server of Brook" }]);
    expect(sender.fix).toMatchObject({ afterMs: 90_000, does: [{ on: "sender", run: "mend mx1.meadow.example" }] });
  });

  test("have an answer even where the scenario does not speak of them", () => {
    const [party] = compiledWith(miniatureScenario).parties;
    expect(party).toMatchObject({ key: "sender", runs: "mail.brook.example" });
    expect(party?.otherwise).toContain("It works for us.");
    expect(party).not.toHaveProperty("fix");
  });

  test("are found by key, name and domain, and by nothing else", () => {
    for (const words of ["sender", "Brook", " brook", "brook.example"]) expect(partyNamed(compiled.parties, words)).toBe(sender);
    expect(() => partyNamed(compiled.parties, "meadow")).toThrow(/There is no party called "meadow"/);
  });
});

describe("an escalation", () => {
  test("is taken when the wanted evidence is shown, among whatever else", () => {
    expect(judgeEscalation(compiled, sender, [pin("something"), good])).toMatchObject({ status: "taken", says: "It is done." });
  });

  test.each<[string, readonly Pin[]]>([
    ["nothing", []],
    ["something else", [pin("20 mx1.meadow.example.")]],
    ["the answer of another learner", [pin("10 mx2.sorrel.example.")]],
    ["an answer from the wrong host", [pin("10 mx2.meadow.example.", "mx2")]],
    ["a log line in place of an answer", [{ ...good, kind: "line" }]],
  ])("is turned down when it shows %s", (_, pins) => {
    expect(judgeEscalation(compiled, sender, pins)).toEqual({ status: "turned-down", says: "It works for us." });
  });

  test("to a party without a part in it is turned down whatever it shows", () => {
    const { fix: _, ...idle } = sender;
    expect(judgeEscalation(compiled, idle, [good])).toEqual({ status: "turned-down", says: "It works for us." });
  });
});

describe("steps that escalate", () => {
  /** A range that answers each command with what is given, and notes what happens to it. */
  async function play(steps: CompiledScenario["solutions"][number], answers: Readonly<Record<string, string>>) {
    const happened: string[] = [];
    const range = {
      lines: () => [],
      run: async (host: string, line: string, options: { readonly actor?: string }) => {
        happened.push(`${options.actor} on ${host}: ${line}`);
        return { stdout: answers[line] ?? "", stderr: "", code: 0 };
      },
      time: { now: () => 0, jumps: true, advance: async (ms: number) => void happened.push(`${ms} ms pass`) },
    } as unknown as Range;
    const outcomes: StepOutcome[] = [];
    for await (const outcome of playSteps({ compiled, range }, steps, "solution")) outcomes.push(outcome);
    return { happened, last: outcomes.at(-1) };
  }

  test("lets the party mend its part after its time, once the evidence was seen", async () => {
    const steps = [
      { on: "mx1", run: "dig mx" },
      { escalate: "sender", because: ["dig-mx"] },
    ];
    const { happened, last } = await play(steps, { "dig mx": "10 mx2.meadow.example.\n" });
    expect(happened).toEqual(["solution on mx1: dig mx", "90000 ms pass", "sender on sender: mend mx1.meadow.example"]);
    expect(last).toMatchObject({ code: 0, output: "Brook: It is done.\n" });
  });

  test("fails when the evidence was not seen before", async () => {
    const { happened, last } = await play([{ escalate: "sender", because: ["dig-mx"] }], {});
    expect(happened).toEqual([]);
    expect(last).toMatchObject({ code: 1 });
    expect(last?.output).toContain("dig-mx");
  });

  test("without evidence leads to nothing", async () => {
    const { happened, last } = await play([{ escalate: "sender", because: [] }], {});
    expect(happened).toEqual([]);
    expect(last).toMatchObject({ code: 0, output: "Brook: It works for us.\n" });
  });
});

describe("what does not fit in owners and escalations is a problem", () => {
  test.each<[string, string, string, string]>([
    ["an unknown party", "party: sender", "party: nobody", 'There is no party called "nobody".'],
    ["the learner's own organisation", "party: sender", "party: org", 'There is no party called "org".'],
    ["unknown evidence", "wants: [dig-mx]", "wants: [dig-nx]", 'There is no piece of evidence called "dig-nx".'],
    ["a host of somebody else", "on: sender, run", "on: mx1, run", 'There is no host of sender called "mx1".'],
    ["a repair without its evidence", "wants: [dig-mx]", "wants: []", "must have wants, does and says together"],
    ["the same party twice", "owners:\n", "owners:\n  - {party: sender, runs: x, otherwise: x}\n", "already a party called sender"],
  ])("%s", (_, from, to, says) => {
    expect(owners).toContain(from);
    const problems = problemsOf(miniatureScenario + owners.replace(from, to));
    expect(problems.map(({ message }) => message).join("\n")).toContain(says);
    for (const { where } of problems) expect(where?.line).toBeGreaterThan(0);
  });

  test("a step that writes to nobody, or shows what is not described", () => {
    const step = (text: string): string => miniatureScenario.replace("steps: [{on: mx2", `steps: [${text}, {on: mx2`);
    expect(problemsOf(step("{escalate: nobody}"))[0]?.message).toBe('There is no party called "nobody".');
    expect(problemsOf(step("{escalate: sender, because: [dream]}"))[0]?.message).toBe('There is no piece of evidence called "dream".');
  });
});
