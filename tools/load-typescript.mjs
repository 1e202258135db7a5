// Runs a TypeScript module of this repository under plain node: bundled to memory, packages left outside.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The exports of the module at `path`, relative to the repository. */
export async function loadTypeScript(path) {
  const result = await build({
    entryPoints: [join(root, path)],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    sourcemap: "inline",
    logLevel: "warning",
  });
  // Beside node_modules, so that the packages it names are found from there.
  const file = join(root, "node_modules", ".cache", "maildrill", `${path.replaceAll("/", "-")}.mjs`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, result.outputFiles[0].contents);
  return import(`${pathToFileURL(file).href}?${Date.now()}`);
}
