import type { FirewallRule } from "../../world/world.ts";

/** What a slow line has held back comes to the host a second time, from the host itself, and carries this mark. */
const heldBack = "meta mark 1";

/** A whole rule set for `nft -f -`, which replaces the one before at once. First match wins; what no rule names passes. */
export function nftRuleSet(rules: readonly FirewallRule[]): string {
  const chain = (direction: FirewallRule["direction"], hook: string, first: readonly string[] = []): string[] => [
    `  chain ${direction} {`,
    `    type filter hook ${hook} priority 0; policy accept;`,
    ...first,
    ...rules.filter((rule) => rule.direction === direction).map((rule) => `    ${nftRule(rule)}`),
    "  }",
  ];
  return [
    "table ip site",
    "delete table ip site",
    "table ip site {",
    ...chain("in", "input"),
    ...chain("out", "output", [`    ${heldBack} accept`]),
    "}",
    "",
  ].join("\n");
}

function nftRule({ direction, protocol, port, peer, verdict }: FirewallRule): string {
  const other = peer === undefined ? "" : `ip ${direction === "in" ? "saddr" : "daddr"} ${peer} `;
  const answer = protocol === "tcp" ? "reject with tcp reset" : "reject";
  return `${other}${protocol} dport ${port} ${verdict === "drop" ? "drop" : answer}`;
}

/** Everybody who connects is refused, nothing else passes; the host's own loopback stays. */
export const isolatedRuleSet = [
  "table ip site",
  "delete table ip site",
  "table ip site {",
  "  chain in {",
  "    type filter hook input priority 0; policy accept;",
  `    iif lo ${heldBack.replace("mark ", "mark != ")} accept`,
  "    meta l4proto tcp reject with tcp reset",
  "    meta l4proto udp reject",
  "  }",
  "  chain out {",
  "    type filter hook output priority 0; policy accept;",
  "    oif lo accept",
  "    tcp flags & rst == rst accept",
  "    meta l4proto icmp accept",
  "    drop",
  "  }",
  "}",
  "",
].join("\n");
