import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import { checkSource } from "../scenario/load-issues.ts";
import { plainValue, readSource, type Sourced, type SourceFile, valueAt } from "../scenario/load-source.ts";
import { type LabText, labSchema } from "./lab-schema.ts";

/** A lesson path: reading and scenarios in order. */
export interface Lab {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly steps: readonly LabStep[];
}

export type LabStep =
  | { readonly kind: "read"; readonly file: string; readonly text: string }
  | { readonly kind: "play"; readonly scenario: string };

/** The files of one lab's folder. */
export interface LabFolder {
  readonly name: string;
  readonly lab: SourceFile;
  /** File name → Markdown. */
  readonly lessons: ReadonlyMap<string, string>;
}

/**
 * Reads `labs/` from disk, in the order of the names.
 * @param root the folder that holds `labs/`
 */
export function readLabFiles(root: string): LabFolder[] {
  const folder = join(root, "labs");
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const names = entries.filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "lab.yaml"))).map(({ name }) => name);
  return names.sort().map((name) => {
    const texts = readdirSync(join(folder, name)).filter((file) => file.endsWith(".md"));
    return {
      name,
      lab: { file: `labs/${name}/lab.yaml`, text: readFileSync(join(folder, name, "lab.yaml"), "utf8") },
      lessons: new Map(texts.map((file) => [file, readFileSync(join(folder, name, file), "utf8")])),
    };
  });
}

/**
 * A lab, or every problem of its files with place and hint.
 * @param scenarios the ids that there are
 */
export function loadLab(folder: LabFolder, scenarios: readonly string[]): { readonly lab?: Lab; readonly problems: readonly Problem[] } {
  const { root, problems } = readSource(folder.lab);
  if (root === undefined || problems.length > 0) return { problems };
  const checked = checkSource(root, labSchema, "the lab");
  const all = [...checked.problems, ...nameProblems(folder, root, scenarios)];
  if (checked.value === undefined || all.length > 0) return { problems: all };
  return { lab: labOf(checked.value, folder), problems: [] };
}

function labOf({ id, title, summary, steps }: LabText, { lessons }: LabFolder): Lab {
  return {
    id,
    title,
    summary,
    steps: steps.map((step): LabStep => {
      return "play" in step ? { kind: "play", scenario: step.play } : { kind: "read", file: step.read, text: lessons.get(step.read) ?? "" };
    }),
  };
}

function nameProblems({ name, lab, lessons }: LabFolder, root: Sourced, scenarios: readonly string[]): Problem[] {
  const list = valueAt(root, ["steps"]);
  const steps = list?.kind === "list" ? list.items : [];
  const used = (key: string) =>
    steps.flatMap((step) => {
      const found = valueAt(step, [key]);
      return found === undefined ? [] : [{ text: String(plainValue(found)), where: found.where }];
    });
  const read = used("read");
  const unread = [...lessons.keys()].filter((file) => !read.some(({ text }) => text === file));
  const id = valueAt(root, ["id"]);
  return [
    ...(id !== undefined && plainValue(id) !== name
      ? [{ code: "wrong-folder", message: `The lab stands in the folder ${name}.`, where: id.where, hint: "Give both the same name." }]
      : []),
    ...used("play").flatMap(({ text, where }) => (scenarios.includes(text) ? [] : [{ ...unknownId("scenario", text, scenarios), where }])),
    ...read.flatMap(({ text, where }) => {
      if ((lessons.get(text) ?? "").trim() !== "") return [];
      return [{ code: "missing-text", message: `The lesson ${text} is missing or empty.`, where, hint: "Write it beside lab.yaml." }];
    }),
    ...unread.map((file) => {
      const where = { file: lab.file.replace(/[^/]*$/, file) };
      return { code: "unused-text", message: `No step of the lab reads ${file}.`, where, hint: "Add it to `steps:`, or remove the file." };
    }),
  ];
}

/** Every lab there is, and the problems of those that are not whole. */
export function loadLabs(
  folders: readonly LabFolder[],
  scenarios: readonly string[],
): { readonly labs: readonly Lab[]; readonly problems: readonly Problem[] } {
  const loaded = folders.map((folder) => loadLab(folder, scenarios));
  return { labs: loaded.flatMap(({ lab }) => lab ?? []), problems: loaded.flatMap(({ problems }) => problems) };
}
