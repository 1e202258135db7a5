import type Docker from "dockerode";
import { ProblemError } from "../../base/problem.ts";
import { helperConfinement } from "./containers.ts";
import { labelsOf } from "./labels.ts";
import type { ContainerPlan, RangePlan } from "./range-plan.ts";

/**
 * What a host may send, for `nft`: to itself and into its own networks, nothing else. A network without a gateway is not enough: a bridge
 * ends in the engine's host, which takes what is sent to everybody (255.255.255.255, 224.0.0.1), and answers for each of its own
 * addresses when a program asks for them on that line (SO_BINDTODEVICE; Linux takes what no route leads to for a neighbour).
 * @param reach CIDR blocks of the host's networks
 */
export function sealRules(reach: readonly string[]): string {
  return [
    "table inet seal {",
    "  chain out {",
    // Before the host's own packet filter (packet-filter.ts), whatever that says.
    "    type filter hook output priority -50; policy drop;",
    "    oif lo accept",
    `    ip daddr { ${reach.join(", ")} } accept`,
    "    ip daddr { 224.0.0.0/4, 255.255.255.255 } drop",
    // As a line without a router answers.
    "    meta nfproto ipv4 reject with icmp type host-unreachable",
    "  }",
    "}",
  ].join("\n");
}

/** A container that runs, and what it was planned as. */
export interface StartedHost {
  readonly plan: ContainerPlan;
  readonly container: Docker.Container;
}

/** A sealed host's process, by its number on the engine's machine. */
interface Target {
  readonly host: string;
  readonly container: string;
  readonly pid: number;
  readonly reach: readonly string[];
}

/**
 * Seals the running hosts of a range, all in one go. A container of its own enters their network namespaces one after the other, puts the
 * rules there and is gone when this resolves; whoever is root on a host may not touch them. They last as long as the host runs.
 * @param image any image that holds `nft`
 * @throws ProblemError `hosts-not-sealed` with what was said; dockerode's errors as they are
 */
export async function sealHosts(docker: Docker, { range }: RangePlan, hosts: readonly StartedHost[], image: string): Promise<void> {
  const targets = await Promise.all(hosts.filter(({ plan }) => plan.reach.length > 0).map(targetOf));
  if (targets.length === 0) return;
  const container = await docker.createContainer({
    name: `maildrill-${range.id}-seal`,
    Image: image,
    Entrypoint: ["sh", "-c", sealScript(targets)],
    Cmd: [],
    Labels: labelsOf(range, "sidecar", "seal"),
    HostConfig: {
      NetworkMode: "none",
      // It finds the hosts' processes, and may enter what they live in; no learner's process runs here, and it lives for a moment.
      PidMode: "host",
      UsernsMode: "host",
      ...helperConfinement(["SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN"]),
    },
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    if (StatusCode === 0) return;
    const said = (await container.logs({ stdout: true, stderr: true })).toString("utf8");
    throw new ProblemError({
      code: "hosts-not-sealed",
      message: `The hosts could not be shut off from the engine's own machine: ${said.replace(/[^\x20-\x7e\n]/g, "").trim()}`,
      hint: "The engine's kernel needs nf_tables (modprobe nf_tables nft_reject_inet); the embedded engine needs nothing of it.",
    });
  } finally {
    await container.remove({ force: true }).catch(() => {});
  }
}

async function targetOf({ plan, container }: StartedHost): Promise<Target> {
  const { Id, State } = await container.inspect();
  return { host: plan.host, container: Id, pid: State.Pid, reach: plan.reach };
}

/**
 * One `nft` in each network namespace. A number may have become another process's, if the host has ended meanwhile; its control group
 * says whose it is.
 */
function sealScript(targets: readonly Target[]): string {
  return targets
    .map(({ host, container, pid, reach }) =>
      [
        `grep -q ${container} /proc/${pid}/cgroup || { echo '${host} has ended'; exit 1; }`,
        `nsenter --net=/proc/${pid}/ns/net nft '${sealRules(reach)}' || { echo 'on ${host}'; exit 1; }`,
      ].join("\n"),
    )
    .join("\n");
}
