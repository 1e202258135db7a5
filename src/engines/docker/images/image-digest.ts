import { createHash } from "node:crypto";
import { type ImageName, imageNames, images } from "./image-set.ts";

/** What an image is built from: its folder's files, `Dockerfile` among them. */
export type ImageSource = readonly SourceFile[];

export interface SourceFile {
  /** Relative to the image's folder, with slashes: `files/usr/local/sbin/service`. */
  readonly path: string;
  /** 0o755 for a program, else 0o644: the modes that a checkout keeps. */
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/** What the base stands on. Not part of it is which snapshot of Debian's packages was met: two machines may differ there. */
export const debian = "debian:bookworm-slim";

/**
 * The content address of every image: sha256, in hexadecimal, over its files with their modes and over its parent's address.
 * A changed byte changes the address of its image and of all that stand on it, and no other.
 * @param architecture as Docker names it: `amd64`
 */
export function imageDigests(sources: Readonly<Record<ImageName, ImageSource>>, architecture: string): Readonly<Record<ImageName, string>> {
  const digests = new Map<ImageName, string>();
  for (const name of imageNames) {
    const { parent } = images[name];
    const ground = parent === undefined ? `${debian} ${architecture}` : (digests.get(parent) ?? "");
    digests.set(name, digestOf(sources[name], ground));
  }
  return Object.fromEntries(digests) as Record<ImageName, string>;
}

/** An image's full name: `maildrill/<name>:<first 12 digits of its address>`. */
export function referenceOf(name: ImageName, digest: string): string {
  return `maildrill/${name}:${digest.slice(0, 12)}`;
}

function digestOf(source: ImageSource, ground: string): string {
  const hash = createHash("sha256").update(`${ground}\n`);
  for (const { path, mode, bytes } of [...source].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    // The length closes each part: no two folders give the same stream of bytes.
    hash.update(`${JSON.stringify(path)} ${mode.toString(8)} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex");
}
