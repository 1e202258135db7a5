import { ProblemError } from "../../../base/problem.ts";
import type { DockerClient } from "../client.ts";
import { engineProblem } from "../engine-problem.ts";
import { type ImageName, imageNames, images } from "./image-set.ts";
import { imageReferences } from "./image-source.ts";

/** An image of ours, and whether the engine has it. */
export interface ImageState {
  readonly name: ImageName;
  readonly purpose: string;
  /** `maildrill/postfix:0a1b2c3d4e5f` */
  readonly reference: string;
  readonly present: boolean;
  /** With all that it stands on; undefined for a missing one. */
  readonly sizeBytes: number | undefined;
}

/** All images in the order of the table. @throws ProblemError when the engine fails */
export async function listImages({ docker, about }: DockerClient): Promise<readonly ImageState[]> {
  const references = imageReferences(about.architecture);
  const list = await docker.listImages().catch((error: unknown) => {
    throw new ProblemError(engineProblem(error));
  });
  const sizes = new Map(list.flatMap(({ RepoTags, Size }) => (RepoTags ?? []).map((tag) => [tag, Size] as const)));
  return imageNames.map((name) => {
    const reference = references[name];
    return { name, purpose: images[name].purpose, reference, present: sizes.has(reference), sizeBytes: sizes.get(reference) };
  });
}

/** Those of the images that the engine has not got. @throws ProblemError when the engine fails */
export async function missingImages(client: DockerClient, names: readonly ImageName[]): Promise<readonly ImageName[]> {
  const present = new Set((await listImages(client)).filter((image) => image.present).map(({ name }) => name));
  return names.filter((name) => !present.has(name));
}
