import type Docker from "dockerode";
import { ProblemError } from "../../base/problem.ts";
import { besideHost } from "./containers.ts";
import { labels } from "./labels.ts";
import type { ContainerPlan } from "./range-plan.ts";

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

/**
 * Seals a running host. A container of its own does it, in the host's network namespace, and is gone when this resolves; whoever is
 * root on the host may not touch the rules. They last as long as the host runs.
 * @throws ProblemError `host-not-sealed` when the kernel takes no such rules; dockerode's errors as they are
 */
export async function sealHost(docker: Docker, target: Docker.Container, plan: ContainerPlan, image: string): Promise<void> {
  if (plan.reach.length === 0) return;
  const container = await docker.createContainer({
    name: `${plan.name}-seal`,
    Image: image,
    Entrypoint: ["nft", sealRules(plan.reach)],
    Cmd: [],
    Labels: { ...plan.labels, [labels.kind]: "sidecar" },
    HostConfig: besideHost(target, ["NET_ADMIN"]),
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    if (StatusCode === 0) return;
    const said = (await container.logs({ stdout: true, stderr: true })).toString("utf8");
    throw new ProblemError({
      code: "host-not-sealed",
      message: `The host could not be shut off from the engine's own machine: ${said.replace(/[^\x20-\x7e\n]/g, "").trim()}`,
      where: { host: plan.host },
      hint: "The engine's kernel needs nf_tables (modprobe nf_tables nft_reject_inet); the embedded engine needs nothing of it.",
    });
  } finally {
    await container.remove({ force: true }).catch(() => {});
  }
}
