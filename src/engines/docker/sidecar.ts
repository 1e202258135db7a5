import { buffer } from "node:stream/consumers";
import type Docker from "dockerode";
import { ProblemError } from "../../base/problem.ts";
import { besideHost } from "./containers.ts";
import { engineProblem } from "./engine-problem.ts";
import { mayNotHaveBegun, type RunningProgram, startProgram, untilBegun } from "./exec.ts";
import { labelsOf } from "./labels.ts";
import type { LiveHost } from "./live-host.ts";
import type { RangePlan } from "./range-plan.ts";

/**
 * A container that shares a host's network namespace, and nothing else of it, and may administer it. Packet filter and line
 * are changed from here: whoever is root on the host neither sees the rules nor may touch them.
 */
export interface Sidecar {
  /** Runs a program. @throws ProblemError with what it says when it fails */
  run(argv: readonly string[], stdin?: string): Promise<string>;
  /** Starts a program that goes on running. */
  start(argv: readonly string[]): Promise<RunningProgram>;
}

/** Sidecars of a range; each is started when it is first needed and goes with the range. */
export interface Sidecars {
  of(host: LiveHost): Promise<Sidecar>;
}

export function createSidecars(docker: Docker, { range }: Pick<RangePlan, "range">): Sidecars {
  const started = new Map<string, Promise<Sidecar>>();
  return {
    of(host) {
      const key = host.plan.host;
      const sidecar = started.get(key) ?? startSidecar(docker, host, labelsOf(range, "sidecar", key));
      started.set(key, sidecar);
      // One that did not start is tried again.
      sidecar.catch(() => started.delete(key));
      return sidecar;
    },
  };
}

async function startSidecar(docker: Docker, { container: target, plan }: LiveHost, labels: Record<string, string>): Promise<Sidecar> {
  const where = { host: plan.host };
  try {
    const { Image } = await target.inspect();
    const name = `${plan.name}-net`;
    const container = await docker
      .createContainer({
        name,
        Image,
        Entrypoint: ["sleep", "infinity"],
        Cmd: [],
        Labels: labels,
        HostConfig: { ...besideHost(target, ["NET_ADMIN", "NET_RAW"]), LogConfig: { Type: "none", Config: {} } },
      })
      .catch((error: { statusCode?: number }) => {
        // It is there already where the range was taken up.
        if (error.statusCode === 409) return docker.getContainer(name);
        throw error;
      });
    await container.start();
    const start = (argv: readonly string[]): Promise<RunningProgram> => startProgram(docker, container, argv, { cwd: "/" });
    return {
      start,
      async run(argv, stdin = "") {
        const once = async () => {
          const program = await start(argv);
          program.stdin.end(stdin);
          return Promise.all([buffer(program.stdout), buffer(program.stderr), program.ended]);
        };
        const [out, said, code] = await untilBegun(once, ([, , ended]) => !mayNotHaveBegun(ended));
        if (code === 0) return out.toString();
        const words = said.length > 0 ? said : out;
        throw new ProblemError({ code: "sidecar-failed", message: `${argv.join(" ")}: ${words.toString().trim()}`, where });
      },
    };
  } catch (error) {
    throw error instanceof ProblemError ? error : new ProblemError({ ...engineProblem(error), where });
  }
}
