import { ProblemError } from "../../../base/problem.ts";
import type { DockerClient } from "../client.ts";
import { engineProblem } from "../engine-problem.ts";
import { suite } from "./apt-settings.ts";
import { readReports } from "./build-output.ts";
import { type BootstrapOptions, importBootstrap } from "./debootstrap.ts";
import { debian } from "./image-digest.ts";

/** How long a registry may say nothing before it counts as not there. */
const silenceMs = 10_000;

/**
 * A Debian to build the base on: the engine's own, else a registry's, else one made here from Debian's packages. Which one is said aloud.
 * @returns its name on the engine
 * @throws ProblemError why there is none, and what to do
 */
export async function findDebian(client: DockerClient, options: BootstrapOptions): Promise<string> {
  const made = `maildrill/debian:${suite}-${client.about.architecture}`;
  for (const name of [debian, made]) {
    if (!(await hasImage(client, name))) continue;
    options.progress(`base: stands on ${name}, which the engine has`);
    return name;
  }
  options.progress(`base: asking a registry for ${debian}`);
  const refusal = await pull(client, options);
  if (refusal === undefined) {
    options.progress(`base: stands on ${debian}, from the registry`);
    return debian;
  }
  options.progress(`base: no registry gives it (${refusal}); making it from Debian's packages with debootstrap`);
  await importBootstrap(client, made, options);
  options.progress(`base: stands on ${made}, made here from Debian's packages`);
  return made;
}

async function hasImage({ docker, about }: DockerClient, name: string): Promise<boolean> {
  try {
    const { Architecture } = await docker.getImage(name).inspect();
    return Architecture === about.architecture;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw new ProblemError(engineProblem(error));
  }
}

/** Pulls Debian. @returns why that was not possible, or undefined when it is there now */
async function pull({ docker }: DockerClient, { progress, signal }: BootstrapOptions): Promise<string | undefined> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), silenceMs);
  };
  const [fromImage, tag] = debian.split(":") as [string, string];
  try {
    const abortSignal = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
    const reports = await docker.createImage({ fromImage, tag, abortSignal });
    const error = await readReports(reports, (line) => {
      heard();
      if (/^(Pulling from|Status:|Digest:)/.test(line)) progress(`base: ${line}`);
    });
    return error === undefined ? undefined : shorten(error);
  } catch (error) {
    signal?.throwIfAborted();
    if (silence.signal.aborted) return `nothing heard in ${silenceMs / 1000} s`;
    return shorten((error as Error).message);
  } finally {
    clearTimeout(timer);
  }
}

/** Docker's errors repeat the whole address; the last part says what went wrong. */
function shorten(error: string): string {
  const parts = error.trim().split(": ");
  return parts.slice(-2).join(": ");
}
