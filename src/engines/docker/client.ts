import Docker from "dockerode";
import { ProblemError } from "../../base/problem.ts";
import { engineProblem } from "./engine-problem.ts";

/** A Docker engine that answered, and what it said about itself. */
export interface DockerClient {
  readonly docker: Docker;
  readonly about: EngineInfo;
}

export interface EngineInfo {
  /** `Docker` or `Podman`. */
  readonly product: string;
  readonly version: string;
  /** `1.41` */
  readonly apiVersion: string;
  /** As Docker names it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly cgroupVersion: string;
  readonly memoryBytes: number;
  readonly cpus: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The oldest API that the engine is known to work with: Docker 20.10. */
export const oldestApi = "1.41";

/**
 * Connects to the engine that `DOCKER_HOST` names, else to the local socket.
 * @throws ProblemError `engine-missing`, `engine-forbidden`, `engine-too-old`, `engine-unsupported`
 */
export async function connectDocker(env: Environment): Promise<DockerClient> {
  const docker = openDocker(env);
  const about = await askAbout(docker, env);
  const refusal = refusalOf(about);
  if (refusal !== undefined) throw new ProblemError(refusal);
  return { docker, about };
}

/** Why this engine cannot be used, or undefined. */
export function refusalOf({ product, version, apiVersion }: EngineInfo) {
  if (product !== "Docker") {
    return {
      code: "engine-unsupported",
      message: `The engine that answers is ${product} ${version}, which is not supported yet.`,
      hint: "Use Docker, or leave --engine out: the embedded engine needs nothing installed.",
    };
  }
  if (compareVersions(apiVersion, oldestApi) < 0) {
    return {
      code: "engine-too-old",
      message: `Docker ${version} speaks API ${apiVersion}; at least ${oldestApi} (Docker 20.10) is needed.`,
      hint: "Update Docker.",
    };
  }
  return undefined;
}

/** Opens the connection without using it. @throws ProblemError for a DOCKER_HOST that is no address */
export function openDocker({ DOCKER_HOST }: Environment): Docker {
  if (!DOCKER_HOST) return new Docker({ socketPath: "/var/run/docker.sock" });
  const unix = /^unix:\/\/(.+)$/.exec(DOCKER_HOST)?.[1];
  if (unix !== undefined) return new Docker({ socketPath: unix });
  // dockerode reads DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH by itself.
  if (/^(tcp|https?|ssh):\/\//.test(DOCKER_HOST)) return new Docker();
  throw new ProblemError({
    code: "bad-docker-host",
    message: `DOCKER_HOST is ${JSON.stringify(DOCKER_HOST)}, which is no address of an engine.`,
    hint: "For instance DOCKER_HOST=unix:///var/run/docker.sock.",
  });
}

/** Asks the engine who it is. @throws ProblemError when it does not answer */
export async function askAbout(docker: Docker, env: Environment): Promise<EngineInfo> {
  try {
    const [version, info] = await Promise.all([docker.version(), docker.info()]);
    const components = (version as { Components?: { Name: string }[] }).Components ?? [];
    const podman = components.some(({ Name }) => /podman/i.test(Name));
    return {
      product: podman ? "Podman" : "Docker",
      version: version.Version,
      apiVersion: version.ApiVersion,
      architecture: version.Arch,
      cgroupVersion: String((info as { CgroupVersion?: string }).CgroupVersion ?? "1"),
      memoryBytes: (info as { MemTotal?: number }).MemTotal ?? 0,
      cpus: (info as { NCPU?: number }).NCPU ?? 0,
    };
  } catch (error) {
    throw new ProblemError(engineProblem(error, env.DOCKER_HOST));
  }
}

/** Negative when `left` is the older one. Both are dotted numbers. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left.split(".").map(Number), right.split(".").map(Number)];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
