import { type Problem, ProblemError } from "../base/problem.ts";
import { parseDurationMs } from "../base/quantity.ts";
import type { EngineId } from "../world/engine.ts";
import type { AddressPlan, HostKey, World } from "../world/world.ts";
import { mapAt } from "./blueprint.ts";
import { type CheckScope, type CompiledCheck, compileCheck } from "./compile-check.ts";
import { breakWorld, type CompiledFault } from "./compile-faults.ts";
import { type CompiledMail, compileOwnMail } from "./compile-mail.ts";
import { type Party, partiesOf } from "./compile-parties.ts";
import { buildWorld } from "./compile-world.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { checkSource } from "./load-issues.ts";
import { mapTexts, type Sourced, type SourcedMap, valueAt } from "./load-source.ts";
import { fillIn, type PlaceholderContext } from "./placeholders.ts";
import { mailContext } from "./placeholders-context.ts";
import type { Scenario } from "./scenario.ts";
import type { AnswerText } from "./schema-question.ts";
import { type ScenarioText, type StepText, scenarioSchema } from "./schema-scenario.ts";
import { drawNames } from "./seed.ts";

/** A scenario for one learner: names drawn, addresses known, every placeholder filled in. */
export interface CompiledScenario {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly healthy: World;
  /** The same as `healthy` where the scenario breaks nothing (an exercise). */
  readonly broken: World;
  readonly faults: readonly CompiledFault[];
  /** Words that the broken range must show in a reply or log line, those of the faults included. */
  readonly symptom: readonly string[];
  readonly mail: readonly CompiledMail[];
  readonly diagnosis: ScenarioText["diagnosis"];
  readonly objectives: readonly CompiledObjective[];
  /** The scenario's own and the standing ones. */
  readonly guards: readonly CompiledGuard[];
  /** Every organisation but the learner's, and what its people do when they are written to. */
  readonly parties: readonly Party[];
  readonly hints: ScenarioText["hints"];
  readonly solutions: readonly (readonly Step[])[];
  readonly traps: readonly Trap[];
  readonly ticket: string;
  readonly debrief: string;
  readonly engines: readonly EngineId[];
  readonly context: PlaceholderContext;
}

export type CompiledObjective = CheckObjective | QuestionObjective;

export interface CheckObjective extends CompiledCheck {
  readonly id: string;
  readonly goal: string;
}

/** `answersOf` in schema-question computes what is right just now. */
export interface QuestionObjective {
  readonly id: string;
  readonly goal: string;
  readonly question: string;
  readonly answer: AnswerText;
}

export interface CompiledGuard extends CompiledCheck {
  readonly id: string;
  readonly says: string;
}

export type Step = CommandStep | EscalationStep | { readonly waitMs: number };

export interface CommandStep {
  readonly on: HostKey;
  readonly run: string;
  readonly note?: string;
}

/** Somebody is written to. */
export interface EscalationStep {
  /** The key of an organisation. */
  readonly escalate: string;
  /** Ids of the evidence that is shown. */
  readonly because: readonly string[];
  readonly note?: string;
}

export interface Trap {
  readonly name: string;
  readonly steps: readonly Step[];
  /** The id of the objective or guard that must reject it. */
  readonly rejectedBy: string;
  readonly says: string;
}

/**
 * Makes a scenario ready for one learner. Pure: the same scenario, seed and plan give the same worlds and texts.
 * @throws ProblemError when the plan does not fit the world (a scenario that was loaded fits every seed)
 */
export function compileScenario(scenario: Scenario, seed: number, plan: AddressPlan, catalogue: Catalogue): CompiledScenario {
  const { blueprint, source } = scenario;
  const names = drawNames(blueprint, scenario.text.seeded, seed);
  const startsAtMs = Date.parse(scenario.text.starts);
  const { world: healthy, context: worldContext, problems } = buildWorld(blueprint, names, plan, { seed, startsAtMs }, catalogue.daemons);
  refuse(problems);
  const fillWorld = (text: string): string => fillIn(text, worldContext);
  const mail = parse(mapTexts(source, fillWorld)).mail.map((text) => compileOwnMail(text, healthy.people, seed));
  const context = { ...worldContext, mail: mailContext(mail) };
  const fill = (text: string): string => fillIn(text, context);
  const filled = mapTexts(source, fill);
  const text = parse(filled);
  const list = valueAt(filled, ["faults"]);
  const broken = breakWorld(healthy, list?.kind === "list" ? list.items : [], catalogue);
  refuse(broken.problems);
  const scope = { mails: mail, people: healthy.people, ttlMs: blueprint.ttlMs };
  return {
    scenario,
    seed,
    healthy,
    broken: broken.world,
    faults: broken.faults,
    symptom: [...broken.faults.flatMap(({ symptom }) => symptom), ...text.symptom],
    mail,
    diagnosis: text.diagnosis,
    objectives: text.objectives.map((objective, index): CompiledObjective => {
      if ("question" in objective) return objective;
      const { id, goal, check } = objective;
      return { id, goal, ...compiled(check, mapAt(filled, ["objectives", index, "with"]), scope, catalogue) };
    }),
    guards: compileGuards(scenario, text, filled, fill, scope, catalogue),
    parties: partiesOf(healthy, text.owners, blueprint.ttlMs),
    hints: text.hints,
    solutions: text.solutions.map((steps) => steps.map((step) => compileStep(step, blueprint.ttlMs))),
    traps: text.traps.map(({ name, steps, "rejected-by": rejectedBy, says }) => {
      return { name, steps: steps.map((step) => compileStep(step, blueprint.ttlMs)), rejectedBy, says };
    }),
    ticket: fill(scenario.ticket.text),
    debrief: fill(scenario.debrief.text),
    engines: text.engines,
    context,
  };
}

function compileGuards(
  { blueprint }: Scenario,
  text: ScenarioText,
  filled: Sourced,
  fill: (text: string) => string,
  scope: CheckScope,
  catalogue: Catalogue,
): CompiledGuard[] {
  const own = text.guards.map(({ id, says, check }, index) => {
    return { id, says, ...compiled(check, mapAt(filled, ["guards", index, "with"]), scope, catalogue) };
  });
  const standing = blueprint.guards
    .filter(({ id }) => !text["standing-guards"].without.includes(id))
    .map(({ id, says, check, params }) => {
      return { id, says: fill(says), ...compiled(check, mapTexts(params, fill) as SourcedMap, scope, catalogue) };
    });
  return [...own, ...standing];
}

function compiled(check: string, params: SourcedMap, scope: CheckScope, catalogue: Catalogue): CompiledCheck {
  const result = compileCheck(check, params, scope, catalogue.checks);
  refuse(result.problems);
  if (result.compiled === undefined) throw new Error(`the check ${check} is gone since the scenario was loaded`);
  return result.compiled;
}

function compileStep(step: StepText, ttlMs: number): Step {
  if ("wait" in step) return { waitMs: parseDurationMs(step.wait, ttlMs) ?? 0 };
  const { note, ...rest } = step;
  return note === undefined ? rest : { ...rest, note };
}

function parse(source: Sourced): ScenarioText {
  const checked = checkSource(source, scenarioSchema, "the scenario");
  refuse(checked.problems);
  if (checked.value === undefined) throw new Error("a scenario without problems has a value");
  return checked.value;
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProblemError(problems);
}
