import { z } from "zod";
import { owner } from "./schema-owner.ts";
import { duration, guard, id, instant, mail, words } from "./schema-parts.ts";
import { answer } from "./schema-question.ts";

/** One host's changes: `owner`-level keys stay the world's; a daemon kind's name narrows to it, other keys go to the first daemon. */
const hostOverride = z.record(z.string(), z.unknown());

const world = z
  .object({
    use: id.meta({ description: "The base world, a file in scenarios/worlds/." }),
    pace: z.enum(["stock", "lapse"]).default("lapse"),
    variants: z.array(id).default([]).meta({ description: "Variants of the base world, laid upon it in this order." }),
    without: z.array(id).default([]).meta({ description: "Hosts that are taken away, with everything that names them." }),
  })
  .catchall(hostOverride)
  .meta({ description: "The base world and what is different in this scenario; every other key is a host." });

const step = z.union([
  z.strictObject({
    on: id.meta({ description: "The host whose shell it is; one that the learner owns." }),
    run: words.meta({ description: "A command line as it is typed." }),
    note: words.optional().meta({ description: "Why it is done; shown when the solution is played." }),
  }),
  z.strictObject({ wait: duration.meta({ description: "Lets time pass on the range's clock." }) }),
  z.strictObject({
    escalate: id.meta({ description: "The party that is written to: an organisation of the world." }),
    because: z.array(id).default([]).meta({ description: "Evidence of the diagnosis that is shown; it must have been seen by then." }),
    note: words.optional(),
  }),
]);

export type StepText = z.infer<typeof step>;

const evidenceKind = z.enum(["line", "answer", "reply"]);

const evidence = z
  .strictObject({
    id,
    kind: z.union([evidenceKind, z.array(evidenceKind).min(1)]).meta({
      description: "line: of a log; answer: what a command printed; reply: of an SMTP server. A list where each of them shows it.",
    }),
    on: id
      .optional()
      .meta({ description: "The host whose log it is, or on which it was seen; any of the learner's where it is not given." }),
    contains: z.array(words).min(1).meta({ description: "Texts that what was pinned must all contain." }),
    about: words.meta({ description: "What it shows; told in the debrief." }),
  })
  .meta({ description: "What a learner must have pinned for the diagnosis to stand." });

const diagnosis = z
  .strictObject({
    place: id.meta({ description: "The host where the cause lies." }),
    cause: id.meta({ description: "One of the causes in the reference." }),
    among: z
      .array(z.strictObject({ cause: id, contradicted: words.meta({ description: "The line or answer that speaks against it." }) }))
      .min(2)
      .meta({ description: "The look-alikes offered beside the cause." }),
    evidence: z.array(evidence).min(1),
  })
  .meta({ description: "What the learner must claim: place, cause and evidence." });

const checkObjective = z.strictObject({
  id,
  goal: words.meta({ description: "What the learner reads in the list of objectives; it must not give the cause away." }),
  check: id,
  with: z.record(z.string(), z.unknown()).default({}),
});

const questionObjective = z.strictObject({ id, goal: words, question: words, answer });

const hintSteps = ["where", "command", "reading", "cause", "fix"] as const;

const hint = z.strictObject({
  step: z.enum(hintSteps),
  says: words,
  seen: id.optional().meta({ description: "Evidence that makes this hint needless once the learner has pinned it." }),
});

const trap = z.strictObject({
  name: words,
  steps: z.array(step).min(1),
  "rejected-by": id.meta({ description: "The objective or guard that rejects it." }),
  says: words.meta({ description: "What the learner is told." }),
});

const reference = z.union([
  z.strictObject({ rfc: z.number().int().positive(), section: z.string().optional() }),
  z.strictObject({
    code: z.string().regex(/^\d{3}$|^[245]\.\d{1,3}\.\d{1,3}$/, "must be a reply code or a status code, such as 550 or 5.3.4"),
  }),
  z.strictObject({ manual: z.string().regex(/^[\w.-]+\(\d\)$/, "must name a manual page, such as postconf(5)") }),
]);

/** What may differ from variant to variant; ticket, mail and names stay, so that nothing tells which one it is. */
const variable = z.strictObject({
  faults: z
    .array(z.looseObject({ use: id }))
    .default([])
    .meta({
      description: "What is broken: a fault's id and its parameters. Without any the scenario is an exercise in a healthy world.",
    }),
  symptom: z
    .array(words)
    .default([])
    .meta({ description: "Words of the real programs that the broken range must show in a reply or log line, beside the faults' own." }),
  diagnosis: diagnosis.optional(),
  objectives: z.array(z.union([checkObjective, questionObjective])).min(1),
  guards: z.array(guard).default([]).meta({ description: "Beside the standing guards of the world." }),
  "standing-guards": z
    .strictObject({
      without: z.array(id).default([]).meta({ description: "Standing guards that the fault itself breaks; make each an objective." }),
    })
    .default({ without: [] }),
  owners: z.array(owner).default([]).meta({ description: "Who else has a part in it, and what they do when the learner escalates." }),
  hints: z.array(hint).min(1).meta({ description: "In this order: where to look, which command, how to read it, the cause, the fix." }),
  solutions: z.array(z.array(step).min(1)).min(1).meta({ description: "Unlike right repairs; all are proved." }),
  traps: z.array(trap).default([]).meta({ description: "Plausible wrong repairs; each must be rejected." }),
});

/** A variant's changes are laid upon the rest of the file key by key; the whole is validated again then. */
const laidUpon = z.record(z.string(), z.unknown());

const variant = variable
  .partial()
  .extend({
    id: id.meta({ description: "The author's name for it; the learner never sees it. debrief.<id>.md begins its debrief." }),
    world: laidUpon.optional(),
    diagnosis: laidUpon.optional(),
  })
  .meta({ description: "What is different in this variant; lists are replaced, maps are laid upon those of the scenario." });

/** scenario.yaml as an author writes it. */
export const scenarioSchema = z
  .strictObject({
    ...variable.shape,
    "one-of": z
      .array(variant)
      .min(2)
      .optional()
      .meta({ description: "Variants with the same ticket; the seed decides which one a learner meets, and all are proved." }),
    id: id.meta({ description: "Names the cause and the folder; the learner never sees it." }),
    codename: id.meta({ description: "The scenario's neutral public name." }),
    title: words,
    summary: words,
    difficulty: z.number().int().min(1).max(5),
    minutes: z.number().int().min(1).max(240).meta({ description: "Advice, not a limit." }),
    teaches: z.array(id).min(1),
    world,
    starts: instant.default("2026-11-30T08:00:00Z").meta({ description: "When the world's clocks start." }),
    seeded: z
      .record(id, z.union([z.enum(["company", "person", "host"]), z.array(z.enum(["company", "person", "host"])).min(1)]))
      .default({})
      .meta({ description: "Whose names are drawn per learner: an organisation (company), a person, a host (host)." }),
    mail: z.array(mail).default([]),
    references: z.array(reference).default([]),
    engines: z.array(z.enum(["embedded", "docker"])).min(1),
  })
  .meta({
    title: "Maildrill scenario",
    description: "A broken mail world with a ticket, objectives, hints, solutions and traps.",
  });

export type ScenarioText = z.infer<typeof scenarioSchema>;
export const hintOrder: readonly string[] = hintSteps;

/** Keys of the design that nothing acts on yet; a file that uses one is told so. */
export const plannedScenarioKeys: ReadonlySet<string> = new Set(["at", "traffic", "policy", "no-repair", "findings"]);
