import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packTar } from "modern-tar/fs";
import { ProblemError } from "../../../base/problem.ts";
import type { DockerClient } from "../client.ts";
import { type BuildOptions, buildImage, ensureImages } from "./build-images.ts";
import { imagesFolder, packageFolder } from "./image-source.ts";

/** What docker-compose.yml starts. */
export const selfReference = "maildrill/maildrill:latest";

/** What Maildrill runs from, beside the packages that it needs. */
const ownParts = ["package.json", "LICENSE", "THIRD_PARTY_NOTICES", "bin", "dist", "labs", "scenarios", "src/engines/docker/images"];

/**
 * Builds an image of Maildrill itself from this installation and the Node that runs it, without a registry.
 * @returns its name
 * @throws ProblemError `self-not-here` when this Node cannot run in a container of the engine, or this is no checkout; what `ensureImages` throws
 */
export async function buildSelf(client: DockerClient, options: BuildOptions = {}): Promise<string> {
  const home = packageFolder();
  if (process.platform !== "linux") {
    throw new ProblemError({
      code: "self-not-here",
      message: "The Node that runs here is not one for Linux, and a container needs that.",
      hint: "Where a registry can be reached, `docker compose build` takes Node from there.",
    });
  }
  const { base } = await ensureImages(client, ["base"], options);
  const packages = neededPackages(home);
  options.progress?.(`self: packing Node ${process.version} and ${packages.length} packages`);
  const parts = [...ownParts, ...packages].filter((part) => existsSync(join(home, part)));
  const context = packTar(
    [
      { type: "file", source: join(imagesFolder(), "self", "carried.Dockerfile"), target: "Dockerfile" },
      { type: "file", source: process.execPath, target: "node", mode: 0o755 },
      ...parts.map((part) => ({
        type: isFile(part) ? ("file" as const) : ("directory" as const),
        source: join(home, part),
        target: `package/${part}`,
      })),
    ],
    { filter: (path) => !path.endsWith(".map") },
  );
  await buildImage(client, { name: "self", reference: selfReference, base, context }, options);
  return selfReference;
}

function isFile(part: string): boolean {
  return part === "package.json" || part === part.toUpperCase();
}

/** The folders of the packages that run, not those that build and test: as the lock file has them, outermost ones only. */
export function neededPackages(home: string): readonly string[] {
  const lock = join(home, "package-lock.json");
  if (!existsSync(lock)) {
    throw new ProblemError({
      code: "self-not-here",
      message: "Only a checkout with its package-lock.json can be put into an image.",
      hint: "Clone the repository and run `npm ci` there.",
    });
  }
  const { packages } = JSON.parse(readFileSync(lock, "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  return Object.keys(packages).filter(
    (path) => path.startsWith("node_modules/") && packages[path]?.dev !== true && path.lastIndexOf("node_modules/") === 0,
  );
}
