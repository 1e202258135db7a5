import { spawn } from "node:child_process";
import { access, constants, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ProblemError } from "../../../base/problem.ts";
import type { DockerClient } from "../client.ts";
import { engineProblem } from "../engine-problem.ts";
import { type AptSettings, readAptSettings, suite } from "./apt-settings.ts";
import { readReports } from "./build-output.ts";

/** How the work reports, and how it is told to stop. */
export interface BootstrapOptions {
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const orLoad = "or load the images from a file made elsewhere: maildrill images load FILE.";

/**
 * Makes a small Debian from its packages on this machine and gives it to the engine under a name.
 * @throws ProblemError `debian-not-here` and what is missing; `debootstrap-failed` with its last lines
 */
export async function importBootstrap(client: DockerClient, name: string, options: BootstrapOptions): Promise<void> {
  const obstacle = await bootstrapObstacle();
  if (obstacle !== undefined) throw new ProblemError({ code: "debian-not-here", ...obstacle });
  const folder = await mkdtemp("/var/tmp/maildrill-debian-");
  try {
    const root = join(folder, "root");
    await mkdir(root);
    await bootstrap(root, client.about.architecture, await readAptSettings(), options);
    await writeFile(join(root, "etc/apt/sources.list"), publicSources);
    await importFolder(client, root, name, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the image's own apt uses, whatever mirror it was made from. */
const publicSources = [
  `deb http://deb.debian.org/debian ${suite} main`,
  `deb http://deb.debian.org/debian ${suite}-updates main`,
  `deb http://deb.debian.org/debian-security ${suite}-security main`,
  "",
].join("\n");

/** Why this machine cannot make a Debian; undefined when it can. */
export async function bootstrapObstacle(
  machine: { readonly platform: string; readonly uid: number | undefined; readonly path: string } = {
    platform: process.platform,
    uid: process.getuid?.(),
    path: searchPath,
  },
): Promise<{ readonly message: string; readonly hint: string } | undefined> {
  const reason = "No registry gives a Debian to build on, and it cannot be made here";
  if (machine.platform !== "linux") {
    return {
      message: `${reason}: debootstrap runs on Linux only.`,
      hint: `Let the engine reach a registry (docker pull debian:bookworm-slim), ${orLoad}`,
    };
  }
  if (machine.uid !== 0) {
    return {
      message: `${reason}: debootstrap must be run by root.`,
      hint: `Run \`sudo maildrill images build\` once, let the engine reach a registry, ${orLoad}`,
    };
  }
  const found = await Promise.all(machine.path.split(delimiter).map((folder) => isProgram(join(folder, "debootstrap"))));
  if (!found.includes(true)) {
    return {
      message: `${reason}: debootstrap is not installed.`,
      hint: `Install it (apt-get install debootstrap), let the engine reach a registry, ${orLoad}`,
    };
  }
  return undefined;
}

const searchPath = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin";

async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function bootstrap(
  root: string,
  architecture: string,
  { mirror, proxies }: AptSettings,
  { progress, signal }: BootstrapOptions,
): Promise<void> {
  const args = [`--arch=${debianNameOf(architecture)}`, "--variant=minbase", "--include=ca-certificates", suite, root];
  const child = spawn("debootstrap", mirror === undefined ? args : [...args, mirror], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: searchPath,
      LANG: "C.UTF-8",
      ...Object.fromEntries(Object.entries(proxies).map(([key, value]) => [`${key}_proxy`, value])),
    },
    ...(signal === undefined ? {} : { signal }),
  });
  const lines: string[] = [];
  const heed = (text: string): void => {
    for (const line of text.split("\n").filter((part) => part !== "")) {
      lines.push(line);
      const step =
        /^I: (Retrieving Packages|Resolving dependencies|Extracting|Installing core packages|Unpacking the base|Configuring the base|Base system)/.exec(
          line,
        );
      if (step !== null && lines.filter((earlier) => earlier.startsWith(`I: ${step[1]}`)).length === 1)
        progress(`base: debootstrap: ${line.slice(3)}`);
    }
  };
  child.stdout.setEncoding("utf8").on("data", heed);
  child.stderr.setEncoding("utf8").on("data", heed);
  const code = await new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code === 0) return;
  const last = lines
    .slice(-8)
    .map((line) => `      ${line}`)
    .join("\n");
  throw new ProblemError({
    code: "debootstrap-failed",
    message: `debootstrap ended with code ${code}:\n${last}`,
    hint: `See that apt works on this machine (apt-get update), let the engine reach a registry, ${orLoad}`,
  });
}

/** Docker's names of architectures that Debian names otherwise. */
const debianNames: Readonly<Record<string, string>> = { arm: "armhf", "386": "i386", ppc64le: "ppc64el" };

function debianNameOf(architecture: string): string {
  return debianNames[architecture] ?? architecture;
}

/** Streams the folder to the engine as one layer; what only apt and the kernel's own file systems need stays behind. */
async function importFolder({ docker }: DockerClient, root: string, name: string, { signal }: BootstrapOptions): Promise<void> {
  const left = ["./dev/*", "./proc/*", "./sys/*", "./var/cache/apt/*", "./var/lib/apt/lists/*", "./var/log/*"];
  const tar = spawn("tar", ["--create", "--numeric-owner", ...left.map((path) => `--exclude=${path}`), "--directory", root, "."], {
    stdio: ["ignore", "pipe", "ignore"],
    ...(signal === undefined ? {} : { signal }),
  });
  const [repo, tag] = name.split(":");
  try {
    const reports = await docker.importImage(tar.stdout, {
      repo,
      tag,
      message: "Debian, by debootstrap",
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    const error = await readReports(reports);
    if (error !== undefined) throw new ProblemError(engineProblem({ message: error }));
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    signal?.throwIfAborted();
    throw new ProblemError(engineProblem(error));
  }
}
