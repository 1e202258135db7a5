import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { type Problem, ProblemError } from "../../../base/problem.ts";
import type { DockerClient } from "../client.ts";
import { engineProblem } from "../engine-problem.ts";
import { readReports } from "./build-output.ts";
import { type ImageState, listImages } from "./image-list.ts";

/** dockerode has this call; its published types have not. */
interface Saver {
  getImages(options: { readonly names: readonly string[] }): Promise<NodeJS.ReadableStream>;
}

interface FileOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes all images of ours into one file, which `loadImages` reads on another engine. The file appears when it is complete.
 * @returns its size
 * @throws ProblemError `image-missing` when the engine has not got them all; what is wrong with the file or the engine
 */
export async function saveImages(client: DockerClient, file: string, { signal }: FileOptions = {}): Promise<number> {
  const states = await listImages(client);
  const missing = states.filter(({ present }) => !present);
  if (missing.length > 0) {
    throw new ProblemError({
      code: "image-missing",
      message: `The engine has not got ${missing.map(({ name }) => name).join(", ")}: there is nothing to save yet.`,
      hint: "Build first: maildrill images build.",
    });
  }
  const there = await stat(file).catch(() => undefined);
  // A folder or a device of that name is not to be replaced.
  if (there !== undefined && !there.isFile()) throw new ProblemError(notAFile(file, "written"));
  const part = `${file}.part`;
  try {
    const archive = await (client.docker as unknown as Saver).getImages({ names: states.map(({ reference }) => reference) });
    await pipeline(archive, createWriteStream(part), { signal });
    await rename(part, file);
    return (await stat(file)).size;
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    signal?.throwIfAborted();
    throw new ProblemError(fileProblem(error, file, "written") ?? engineProblem(error));
  }
}

/**
 * Gives the images of a file that `saveImages` wrote to the engine.
 * @returns what the engine has now
 * @throws ProblemError `no-image-archive`; what is wrong with the file or the engine
 */
export async function loadImages(client: DockerClient, file: string, { signal }: FileOptions = {}): Promise<readonly ImageState[]> {
  const source = createReadStream(file);
  try {
    // An unreadable file is told as such, before the engine hears of it.
    await new Promise<void>((resolve, reject) => source.once("ready", () => resolve()).once("error", reject));
    if (!(await stat(file)).isFile()) throw new ProblemError(notAFile(file, "read"));
    const reports = await client.docker.loadImage(source, signal === undefined ? {} : { abortSignal: signal });
    const said: string[] = [];
    const error = await readReports(reports, (line) => said.push(line));
    if (error !== undefined || !said.some((line) => line.startsWith("Loaded image")))
      throw new ProblemError(archiveProblem(file, error ?? said.at(-1)));
    return await listImages(client);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    signal?.throwIfAborted();
    throw new ProblemError(fileProblem(error, file, "read") ?? engineProblem(error));
  } finally {
    source.destroy();
  }
}

/** What the engine's error says about an archive: that it is none, or that the engine itself is in trouble. */
function archiveProblem(file: string, said = "it said nothing"): Problem {
  const trouble = engineProblem({ message: said });
  if (trouble.code !== "engine-refused") return trouble;
  return {
    code: "no-image-archive",
    message: `The engine finds no images in this file (${said}).`,
    where: { file },
    hint: "Give a file that `maildrill images save FILE` wrote, whole.",
  };
}

function notAFile(file: string, verb: "written" | "read"): Problem {
  return { code: "image-file", message: `It cannot be ${verb}: it is no ordinary file.`, where: { file }, hint: "Name a file." };
}

/** What a failed call on the file means; undefined when it was not the file. */
function fileProblem(error: unknown, file: string, verb: "written" | "read"): Problem | undefined {
  const { code = "", syscall } = error as NodeJS.ErrnoException;
  const advice = advices[code];
  if (advice === undefined || syscall === "connect") return undefined;
  return { code: "image-file", message: `It cannot be ${verb}: ${advice.why}.`, where: { file }, hint: advice.hint };
}

const advices: Readonly<Record<string, { readonly why: string; readonly hint: string }>> = {
  ENOENT: { why: "there is no such file or folder", hint: "Look at the path." },
  ENOTDIR: { why: "a part of its path is no folder", hint: "Look at the path." },
  EISDIR: { why: "it is a folder", hint: "Name a file." },
  EACCES: { why: "you may not", hint: "Choose a place that is yours." },
  EPERM: { why: "you may not", hint: "Choose a place that is yours." },
  EROFS: { why: "the file system is read-only", hint: "Choose another place." },
  ENOSPC: { why: "the disk is full", hint: "All images together take about 300 MB: make room, or choose another disk." },
  EDQUOT: { why: "your share of the disk is used up", hint: "All images together take about 300 MB: make room, or choose another disk." },
  EFBIG: { why: "the file system takes no file of this size", hint: "Choose another disk." },
};
