import { packTar } from "modern-tar";
import { ProblemError } from "../../../base/problem.ts";
import type { DockerClient } from "../client.ts";
import { engineProblem } from "../engine-problem.ts";
import { aptArguments } from "./apt-arguments.ts";
import { readAptSettings } from "./apt-settings.ts";
import { clearBrokenBuild, clearOldBuilds, clearStages, finishedLabels } from "./build-leftovers.ts";
import { readReports } from "./build-output.ts";
import { findDebian } from "./debian-base.ts";
import type { ImageSource } from "./image-digest.ts";
import { listImages } from "./image-list.ts";
import { type ImageName, images, parentsFirst } from "./image-set.ts";
import { readImageSources } from "./image-source.ts";

/** How a long piece of work reports, and how it is told to stop. */
export interface BuildOptions {
  /** Takes short lines for people. */
  readonly progress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sees to it that the engine has these images, and builds those that it has not, parents first.
 * @returns the full name of each
 * @throws ProblemError `image-build-failed`, or why there is no Debian to build on, or what is wrong with the engine
 */
export async function ensureImages(
  client: DockerClient,
  names: readonly ImageName[],
  { progress = () => {}, signal }: BuildOptions = {},
): Promise<Readonly<Record<ImageName, string>>> {
  const states = await listImages(client);
  const references = Object.fromEntries(states.map(({ name, reference }) => [name, reference])) as Record<ImageName, string>;
  const isMissing = (name: ImageName): boolean => states.some((state) => state.name === name && !state.present);
  // A parent whose children are all there is not needed for itself.
  const missing = names.filter(isMissing);
  if (missing.length === 0) return references;
  await clearOldBuilds(client);
  const sources = readImageSources();
  const todo = parentsFirst(missing).filter(isMissing);
  for (const [index, name] of todo.entries()) {
    const { parent } = images[name];
    const base = parent === undefined ? await findDebian(client, { progress, signal }) : references[parent];
    progress(`${name}: building (${index + 1} of ${todo.length})`);
    await buildImage(client, { name, reference: references[name], base, context: await packSource(sources[name]) }, { progress, signal });
  }
  return references;
}

/** One image to build. */
export interface Build {
  readonly name: string;
  readonly reference: string;
  /** What its Dockerfile's `$BASE` stands for. */
  readonly base: string;
  /** A tar of its folder. */
  readonly context: Buffer | NodeJS.ReadableStream;
}

/**
 * Builds one image from its Dockerfile; when that fails or is interrupted, nothing of it stays on the engine.
 * @throws ProblemError `image-build-failed` with the build's last lines; what is wrong with the engine
 */
export async function buildImage(
  client: DockerClient,
  { name, reference, base, context }: Build,
  { progress, signal }: BuildOptions = {},
): Promise<void> {
  const lines: string[] = [];
  try {
    const reports = await client.docker
      .buildImage(context as NodeJS.ReadableStream, {
        t: reference,
        rm: true,
        forcerm: true,
        labels: finishedLabels,
        // Packages come over the engine's own network: its proxy or its resolver may listen on a loopback address.
        networkmode: "host",
        buildargs: { ...(await aptArguments(await readAptSettings())), BASE: base },
        ...(signal === undefined ? {} : { abortSignal: signal }),
      })
      .catch(refuse);
    const error = await readReports(reports, (line) => {
      lines.push(line);
      const told = tellable(line);
      if (told !== undefined) progress?.(`${name}: ${told}`);
    });
    if (error !== undefined) throw new ProblemError(buildProblem(name, lines, error));
    await clearStages(client, lines);
  } catch (error) {
    await clearBrokenBuild(client, lines);
    throw error;
  }
}

/** A build's context as the engine wants it: a tar of the folder. */
async function packSource(source: ImageSource): Promise<Buffer> {
  const entries = source.map(({ path, mode, bytes }) => ({
    header: { name: path, mode, size: bytes.length, mtime: new Date(0) },
    body: bytes,
  }));
  return Buffer.from(await packTar(entries));
}

function buildProblem(name: string, lines: readonly string[], error: string) {
  const last = lines
    .slice(-12)
    .map((line) => `      ${line}`)
    .join("\n");
  return {
    code: "image-build-failed",
    message: `The image ${name} could not be built: ${shorten(error)}\n${last}`,
    hint: "The last lines above are the build's own. With the images in a file, maildrill images load FILE needs no build.",
  };
}

function refuse(error: unknown): never {
  throw new ProblemError(engineProblem(error));
}

/** What of a build's own output is worth a person's eye. */
function tellable(line: string): string | undefined {
  const run = /^Step (\d+\/\d+) : (?:RUN|COPY) (.*)/.exec(line);
  if (run !== null) return `step ${run[1]}: ${shorten(run[2] ?? "")}`;
  return /^(Fetched .*|After this operation, .*)/.exec(line)?.[1];
}

/** One line of a script, as much as fits beside the rest: its words at the start and at the end. */
function shorten(text: string): string {
  const words = text.replace(/\s+/g, " ");
  return words.length > 80 ? `${words.slice(0, 40)} ... ${words.slice(-36)}` : words;
}
