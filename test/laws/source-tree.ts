import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** One source module as the laws see it: where it is, what it says, what it imports. Paths are relative to the repository, with `/`. */
export interface SourceModule {
  readonly path: string;
  readonly text: string;
  /** Resolved paths of imports inside the repository; names of packages for the rest. */
  readonly imports: readonly string[];
}

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Every TypeScript module below a folder of the repository. */
export function readSource(folder: string): SourceModule[] {
  const modules: SourceModule[] = [];
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
    const path = relative(root, join(entry.parentPath, entry.name)).split(sep).join("/");
    modules.push(sourceModule(path, readFileSync(join(root, path), "utf8")));
  }
  return modules.sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** A module from its text: also how a test plants a violation. */
export function sourceModule(path: string, text: string): SourceModule {
  const specifiers = ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
  return { path, text, imports: specifiers.map((specifier) => resolveImport(path, specifier)) };
}

function resolveImport(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return join(dirname(from), specifier).split(sep).join("/");
}
