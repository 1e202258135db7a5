import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { ImageSource } from "./image-digest.ts";
import { imageDigests, referenceOf } from "./image-digest.ts";
import { type ImageName, imageNames, images } from "./image-set.ts";

/** The images' names in an engine of this architecture, by what stands in their folders now. */
export function imageReferences(architecture: string): Readonly<Record<ImageName, string>> {
  const digests = imageDigests(readImageSources(), architecture);
  return Object.fromEntries(imageNames.map((name) => [name, referenceOf(name, digests[name])])) as Record<ImageName, string>;
}

/** One image's name: `maildrill/postfix:0a1b2c3d4e5f`. */
export function imageReference(name: ImageName, architecture: string): string {
  return imageReferences(architecture)[name];
}

/**
 * What each image is built from: its own folder. The base's `files/` are what makes a container a host (its init, `systemctl`);
 * they are laid over every image that stands on the base, as `host/`, and are no part of the base itself.
 */
export function readImageSources(folder: string = imagesFolder()): Readonly<Record<ImageName, ImageSource>> {
  const own = Object.fromEntries(imageNames.map((name) => [name, readSource(join(folder, name))])) as Record<ImageName, ImageSource>;
  const host = own.base.filter(isHostFile).map((file) => ({ ...file, path: file.path.replace(/^files/, "host") }));
  const all = imageNames.map((name) => [
    name,
    images[name].parent === undefined ? own[name].filter((file) => !isHostFile(file)) : [...own[name], ...host],
  ]);
  return Object.fromEntries(all) as Record<ImageName, ImageSource>;
}

function isHostFile({ path }: { readonly path: string }): boolean {
  return path.startsWith("files/");
}

function readSource(folder: string): ImageSource {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => {
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file).split(sep).join("/");
    // Group's and others' bits follow the umask of whoever unpacked us; only "may be run" is kept by git and npm.
    return { path, mode: statSync(file).mode & 0o100 ? 0o755 : 0o644, bytes: readFileSync(file) };
  });
}

/** Where the Dockerfiles lie, whether this runs from the sources or from the bundle in `dist/`. */
export function imagesFolder(): string {
  return join(packageFolder(), "src", "engines", "docker", "images");
}

/** The package's folder: the nearest one above this module that has a package.json. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`no package.json above ${import.meta.url}`);
    folder = above;
  }
  return folder;
}
