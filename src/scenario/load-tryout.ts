import type { Problem, Where } from "../base/problem.ts";
import { type Blueprint, mapAt } from "./blueprint.ts";
import { compileCheck } from "./compile-check.ts";
import { breakWorld } from "./compile-faults.ts";
import { type CompiledMail, compileOwnMail, sendingHost } from "./compile-mail.ts";
import { buildWorld } from "./compile-world.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { mapTexts, plainValue, type Sourced, type SourcedMap, type SourceFile, textsIn, valueAt } from "./load-source.ts";
import { fillIn, type PlaceholderContext, placeholdersIn, rootsWithoutPath, unknownPlaceholder } from "./placeholders.ts";
import { mailContext } from "./placeholders-context.ts";
import { mail as mailSchema } from "./schema-parts.ts";
import { drawNames, plainSeed } from "./seed.ts";
import { documentationPlan, shapeOf } from "./shape.ts";

/**
 * Compiles the scenario once, with the world's own names and documentation addresses, and tells what does not fit:
 * placeholders (in the prose too: ticket and debrief), daemon settings, fault and check parameters, faults that find no place. What passes here compiles for every seed.
 */
export function tryOut(prose: readonly SourceFile[], root: SourcedMap, blueprint: Blueprint, catalogue: Catalogue): Problem[] {
  const names = drawNames(blueprint, {}, plainSeed);
  const built = buildWorld(blueprint, names, documentationPlan(shapeOf(blueprint)), { seed: plainSeed, startsAtMs: 0 }, catalogue.daemons);
  const mails = listAt(root, ["mail"]).flatMap((source) => tryMail(source, built.context, built.world.people));
  const usable = mails.flatMap(({ mail }) => mail ?? []);
  const context = { ...built.context, mail: mailContext(usable) };
  const fill = (source: Sourced): Sourced => mapTexts(source, (text) => fillIn(text, context));
  const faults = listAt(root, ["faults"]).map(fill);
  const broken = built.problems.length > 0 ? [] : breakWorld(built.world, faults, catalogue).problems;
  const scope = { mails: usable, people: built.world.people, ttlMs: blueprint.ttlMs };
  const judged = [...listAt(root, ["objectives"]), ...listAt(root, ["guards"])].flatMap((item) => {
    const check = valueAt(item, ["check"]);
    const mail = valueAt(item, ["with", "mail"]);
    const mailIsThere = mail?.kind !== "scalar" || usable.some(({ id }) => id === mail.value);
    return check?.kind === "scalar" && mailIsThere ? [{ check: String(check.value), params: mapAt(item, ["with"]) }] : [];
  });
  const checks = [...judged, ...blueprint.guards].flatMap(
    ({ check, params }) => compileCheck(check, fill(params) as SourcedMap, scope, catalogue.checks).problems,
  );
  const texts = [...textsIn(root), ...prose.flatMap(linesOf)];
  return [
    ...built.problems,
    ...mails.flatMap(({ problems }) => problems),
    ...broken,
    ...checks,
    ...textsIn(blueprint.source).flatMap((text) => placeholderProblems(text, built.context)),
    ...texts.flatMap((text) => placeholderProblems(text, context)),
  ];
}

type TriedMail = { readonly mail: CompiledMail | undefined; readonly problems: readonly Problem[] };

function tryMail(source: Sourced, context: PlaceholderContext, people: Parameters<typeof sendingHost>[1]): TriedMail[] {
  const parsed = mailSchema.safeParse(plainValue(mapTexts(source, (text) => fillIn(text, context))));
  if (!parsed.success) return [];
  if (sendingHost(parsed.data, people) !== undefined) return [{ mail: compileOwnMail(parsed.data, people, plainSeed), problems: [] }];
  const message = `Nobody in this world has the address ${parsed.data.from}.`;
  const hint = `Known are: ${people.map(({ key }) => `{${key}.address}`).join(", ")}; or say from-host.`;
  const where = valueAt(source, ["from"])?.where ?? source.where;
  return [{ mail: undefined, problems: [{ code: "unknown-person", message, where, hint }] }];
}

function placeholderProblems({ text, where }: { readonly text: string; readonly where: Where }, context: PlaceholderContext): Problem[] {
  const cut = rootsWithoutPath(text, context).map((root): Problem => {
    const hint = unknownPlaceholder(`${root}.part`, context)?.hint ?? "Say which part of it.";
    return { code: "unknown-placeholder", message: `{${root}} names no single text.`, where, hint };
  });
  const unknown = placeholdersIn(text).flatMap((path): Problem[] => {
    const found = unknownPlaceholder(path, context);
    return found === undefined ? [] : [{ code: "unknown-placeholder", ...found, where }];
  });
  return [...cut, ...unknown];
}

function linesOf({ file, text }: SourceFile): { readonly text: string; readonly where: Where }[] {
  return text
    .split("\n")
    .map((line, index) => ({ text: line, where: { file, line: index + 1, column: Math.max(1, line.indexOf("{") + 1) } }));
}

function listAt(source: Sourced, path: readonly PropertyKey[]): readonly Sourced[] {
  const list = valueAt(source, path);
  return list?.kind === "list" ? list.items : [];
}
