import ipaddr from "ipaddr.js";
import type { FirewallRule } from "../../../world/world.ts";

export type FilterVerdict = "pass" | "drop" | "reject";

/**
 * What one host's packet filter makes of a packet: the first rule that matches wins, none lets it pass.
 * @param port the port the packet is addressed to
 * @param peer the other side's address
 */
export function filterVerdict(
  rules: readonly FirewallRule[],
  direction: FirewallRule["direction"],
  protocol: FirewallRule["protocol"],
  port: number,
  peer: string,
): FilterVerdict {
  for (const rule of rules) {
    if (rule.direction === direction && rule.protocol === protocol && rule.port === port && matchesPeer(rule.peer, peer)) {
      return rule.verdict;
    }
  }
  return "pass";
}

function matchesPeer(wanted: string | undefined, peer: string): boolean {
  return wanted === undefined || wanted === peer || (wanted.includes("/") && inBlock(peer, wanted));
}

/** True when the address lies in the CIDR block; false for an address of the other family. */
export function inBlock(address: string, cidr: string): boolean {
  const parsed = ipaddr.parse(address);
  const [block, bits] = ipaddr.parseCIDR(cidr);
  return parsed.kind() === block.kind() && parsed.match(block, bits);
}
