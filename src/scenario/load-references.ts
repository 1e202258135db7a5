import type { Problem, Where } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import { type Blueprint, learnersOrganisation } from "./blueprint.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { type Sourced, type SourcedMap, valueAt } from "./load-source.ts";
import { hintOrder } from "./schema-scenario.ts";

/** A scenario's text is read leniently here: whatever is there is looked at, whether or not the rest has the right form. */
interface Scene {
  readonly folder: string;
  readonly root: SourcedMap;
  readonly blueprint: Blueprint | undefined;
  readonly catalogue: Catalogue;
}

/** A text with its place. */
interface Name {
  readonly text: string;
  readonly where: Where;
}

/** Everything in a scenario that names something else, and what of it is not there, stands twice, or is out of order. */
export function referenceProblems(scene: Scene): Problem[] {
  return [
    ...folderProblems(scene),
    ...catalogueProblems(scene),
    ...hostProblems(scene),
    ...insideProblems(scene),
    ...hintProblems(scene),
    ...diagnosisProblems(scene),
  ];
}

function folderProblems({ folder, root }: Scene): Problem[] {
  return one(root, ["id"]).flatMap(({ text, where }) =>
    text === folder
      ? []
      : [
          {
            code: "wrong-folder",
            message: `The scenario ${text} stands in the folder ${folder}.`,
            where,
            hint: "Give both the same name.",
          },
        ],
  );
}

function catalogueProblems({ root, catalogue }: Scene): Problem[] {
  const checksUsed = [...each(root, ["objectives"], "check"), ...each(root, ["guards"], "check")];
  const causesUsed = [...one(root, ["diagnosis", "cause"]), ...each(root, ["diagnosis", "among"], "cause")];
  return [
    ...unknown("fault", each(root, ["faults"], "use"), catalogue.faults.ids),
    ...unknown("check", checksUsed, catalogue.checks.ids),
    ...unknown("cause", causesUsed, catalogue.causes.ids),
  ];
}

/** Hosts that are not in the world, and steps on hosts whose shell the learner does not have. */
function hostProblems({ root, blueprint }: Scene): Problem[] {
  if (blueprint === undefined) return [];
  const known = blueprint.hosts.map(({ key }) => key);
  const own = blueprint.hosts.filter(({ owner }) => owner === learnersOrganisation).map(({ key }) => key);
  const stepHosts = stepsOf(root).flatMap((step) => one(step, ["on"]));
  const mentioned = [
    ...one(root, ["diagnosis", "place"]),
    ...each(root, ["mail"], "from-host"),
    ...items(root, ["objectives"]).flatMap((objective) => [...one(objective, ["answer", "on"]), ...one(objective, ["answer", "entered"])]),
  ];
  const pinned = each(root, ["diagnosis", "evidence"], "on");
  const others = blueprint.organisations.map(({ key }) => key).filter((key) => key !== learnersOrganisation);
  const parties = [...each(root, ["owners"], "party"), ...stepsOf(root).flatMap((step) => one(step, ["escalate"]))];
  return [
    ...unknown("party", parties, others),
    ...items(root, ["owners"]).flatMap((owner) => partysHostProblems(owner, blueprint)),
    ...unknown("host", [...stepHosts, ...mentioned, ...pinned], known),
    ...[...stepHosts, ...pinned].flatMap(({ text, where }) =>
      known.includes(text) && !own.includes(text) ? [foreignHost(text, where, own)] : [],
    ),
    ...seededProblems(root, blueprint),
  ];
}

/** A party does things on its own hosts only. */
function partysHostProblems(owner: Sourced, blueprint: Blueprint): Problem[] {
  const [party] = one(owner, ["party"]);
  const theirs = blueprint.hosts.filter((host) => host.owner === party?.text).map(({ key }) => key);
  return unknown(`host of ${party?.text ?? "that party"}`, each(owner, ["does"], "on"), theirs);
}

function foreignHost(host: string, where: Where, own: readonly string[]): Problem {
  const message = `${host} belongs to somebody else: the learner has neither a shell nor logs there.`;
  return { code: "foreign-host", message, where, hint: `The learner's own hosts are: ${own.join(", ")}.` };
}

function seededProblems(root: SourcedMap, blueprint: Blueprint): Problem[] {
  const seeded = valueAt(root, ["seeded"]);
  if (seeded?.kind !== "map") return [];
  const members = { company: blueprint.organisations, person: blueprint.people, host: blueprint.hosts };
  return [...seeded.entries].flatMap(([key, { keyWhere, value }]) => {
    const kinds = value.kind === "list" ? value.items : [value];
    return kinds.flatMap((kind) => {
      const word = kind.kind === "scalar" ? kind.value : undefined;
      if (word !== "company" && word !== "person" && word !== "host") return [];
      return unknown(
        word,
        [{ text: key, where: keyWhere }],
        members[word].map((member) => member.key),
      );
    });
  });
}

/** Names that point inside the scenario: ids that stand twice, traps rejected by nothing, mail and evidence that is not described. */
function insideProblems({ root, blueprint }: Scene): Problem[] {
  const standing = blueprint?.guards.map(({ id }) => id) ?? [];
  const objectives = each(root, ["objectives"], "id");
  const guards = each(root, ["guards"], "id");
  const judged = [...objectives, ...guards].map(({ text }) => text);
  const evidence = each(root, ["diagnosis", "evidence"], "id");
  const mails = each(root, ["mail"], "id").map(({ text }) => text);
  const mailsUsed = [...items(root, ["objectives"]), ...items(root, ["guards"])].flatMap((item) => one(item, ["with", "mail"]));
  const without = listed(root, ["standing-guards", "without"]);
  return [
    ...twice("mail", each(root, ["mail"], "id")),
    ...twice("objective or guard", [...objectives, ...guards], standing),
    ...twice("piece of evidence", evidence),
    ...(blueprint === undefined ? [] : unknown("objective or guard", each(root, ["traps"], "rejected-by"), [...judged, ...standing])),
    ...unknown("mail", mailsUsed, mails),
    ...unknown(
      "piece of evidence",
      each(root, ["hints"], "seen"),
      evidence.map(({ text }) => text),
    ),
    ...unknown(
      "piece of evidence",
      [
        ...items(root, ["owners"]).flatMap((owner) => listed(owner, ["wants"])),
        ...stepsOf(root).flatMap((step) => listed(step, ["because"])),
      ],
      evidence.map(({ text }) => text),
    ),
    ...twice("party", each(root, ["owners"], "party")),
    ...(blueprint === undefined ? [] : unknown("standing guard", without, standing)),
  ];
}

/** Each of the five kinds of hint is there, in their order. */
function hintProblems({ root }: Scene): Problem[] {
  const hints = valueAt(root, ["hints"]);
  const steps = each(root, ["hints"], "step").filter(({ text }) => hintOrder.includes(text));
  if (hints?.kind !== "list" || hints.items.length === 0) return [];
  const disorder = steps.find(({ text }, index) => hintOrder.indexOf(text) < hintOrder.indexOf(steps[index - 1]?.text ?? text));
  const missing = hintOrder.filter((step) => !steps.some(({ text }) => text === step));
  const order = `The order is: ${hintOrder.join(", ")}.`;
  return [
    ...(disorder === undefined
      ? []
      : [{ code: "hints-out-of-order", message: `The hint ${disorder.text} comes too late.`, where: disorder.where, hint: order }]),
    ...(missing.length === 0 || steps.length < hints.items.length
      ? []
      : [{ code: "missing-hint", message: `There is no hint of the kind ${missing.join(", ")}.`, where: hints.where, hint: order }]),
  ];
}

/** What is broken can be diagnosed, and the cause is not among its own look-alikes. */
function diagnosisProblems({ root }: Scene): Problem[] {
  const faults = items(root, ["faults"]);
  const first = faults[0];
  if (first !== undefined && valueAt(root, ["diagnosis"]) === undefined) {
    const message = "The scenario breaks something, but has no diagnosis.";
    return [
      { code: "missing-diagnosis", message, where: first.where, hint: "Add `diagnosis:` with place, cause, look-alikes and evidence." },
    ];
  }
  const choices = [...one(root, ["diagnosis", "cause"]), ...each(root, ["diagnosis", "among"], "cause")];
  return twice("cause in the diagnosis", choices);
}

function unknown(noun: string, names: readonly Name[], known: readonly string[]): Problem[] {
  return names.flatMap(({ text, where }) => (known.includes(text) ? [] : [{ ...unknownId(noun, text, known), where }]));
}

/** Names that stand there more than once, or are taken already. */
export function twice(noun: string, names: readonly Name[], taken: readonly string[] = []): Problem[] {
  const seen = new Set(taken);
  return names.flatMap(({ text, where }) => {
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [{ code: "duplicate-id", message: `There is already a ${noun} called ${text}.`, where, hint: "Give it another name." }];
  });
}

function stepsOf(root: SourcedMap): Sourced[] {
  const solutions = items(root, ["solutions"]).flatMap((solution) => (solution.kind === "list" ? solution.items : []));
  return [...solutions, ...items(root, ["traps"]).flatMap((trap) => items(trap, ["steps"]))];
}

function items(source: Sourced, path: readonly PropertyKey[]): readonly Sourced[] {
  const list = valueAt(source, path);
  return list?.kind === "list" ? list.items : [];
}

function each(source: Sourced, path: readonly PropertyKey[], key: string): Name[] {
  return items(source, path).flatMap((item) => one(item, [key]));
}

/** The texts of a list. */
function listed(source: Sourced, path: readonly PropertyKey[]): Name[] {
  return items(source, path).flatMap((item) => one(item, []));
}

function one(source: Sourced, path: readonly PropertyKey[]): Name[] {
  const found = valueAt(source, path);
  return found?.kind === "scalar" && typeof found.value === "string" ? [{ text: found.value, where: found.where }] : [];
}
