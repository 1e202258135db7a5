import { once } from "node:events";
import { ProblemError } from "../../base/problem.ts";
import { overlap } from "../../world/address-plan.ts";
import type { Line } from "../../world/world.ts";
import type { RunningProgram } from "./exec.ts";
import type { LiveHost } from "./live-host.ts";
import type { Sidecars } from "./sidecar.ts";
import { slowLineProgram } from "./slow-line-program.ts";

/** The lines of a range's hosts, as far as they are worse than the bridge's own. */
export interface HostLines {
  /** Gives a host's interface on a network this latency and loss: the host holds back what it receives. */
  set(host: LiveHost, cidr: string, line: Line): Promise<void>;
  /** Lets go of the programs that make them so; the lines are good from then on. */
  leave(): void;
}

export function createHostLines(sidecars: Sidecars): HostLines {
  /** By the interface's address. */
  const slow = new Map<string, RunningProgram>();

  async function setOne(host: LiveHost, address: string, { latencyMs, lossRatio }: Line): Promise<void> {
    const good = latencyMs === 0 && lossRatio === 0;
    const running = slow.get(address);
    if (good && running === undefined) return;
    const program = running ?? (await (await sidecars.of(host)).start(["perl", "-e", slowLineProgram, address]));
    slow.set(address, program);
    if (good) {
      slow.delete(address);
      program.stdin.end();
      await program.ended;
    } else {
      program.stdin.write(`${latencyMs} ${lossRatio}\n`);
      await inForce(program, host).catch((error: unknown) => {
        slow.delete(address);
        throw error;
      });
    }
  }

  return {
    leave() {
      for (const { stdin } of slow.values()) stdin.destroy();
    },
    async set(host, cidr, line) {
      const onIt = host.plan.interfaces.filter(({ address }) => overlap(`${address}/32`, cidr));
      await Promise.all(onIt.map(({ address }) => setOne(host, address, line)));
    },
  };
}

async function inForce({ stdout, stderr, ended }: RunningProgram, { plan }: LiveHost): Promise<void> {
  let said = "";
  stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const failed = ended.then(() => {
    throw new ProblemError({ code: "line-failed", message: `The line cannot be changed: ${said.trim()}`, where: { host: plan.host } });
  });
  await Promise.race([once(stdout, "data"), failed]);
}
