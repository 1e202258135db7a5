import ipaddr from "ipaddr.js";
import { ProblemError } from "../base/problem.ts";
import type { AddressPlan, Shape } from "./world.ts";

/**
 * The addresses of a shape's hosts, when each network has its block.
 * @param blocks network key → CIDR block
 * @throws ProblemError `address-outside-network` when a host's place lies outside its block
 */
export function addressPlan(shape: Shape, blocks: Readonly<Record<string, string>>): AddressPlan {
  const addresses = shape.hosts.map((host) => [
    host.key,
    Object.fromEntries(host.interfaces.map(({ network, offset }) => [network, addressAt(blocks[network] ?? "", offset)])),
  ]);
  return { networks: blocks, addresses: Object.fromEntries(addresses) };
}

/** The address `offset` places into an IPv4 block. @throws ProblemError when it lies outside */
export function addressAt(cidr: string, offset: number): string {
  const [base, bits] = ipaddr.IPv4.parseCIDR(cidr);
  if (offset >= 2 ** (32 - bits)) {
    throw new ProblemError({ code: "address-outside-network", message: `Place ${offset} lies outside the network ${cidr}.` });
  }
  return textOf(valueOf(base) + offset);
}

/** True when two IPv4 blocks have an address in common. */
export function overlap(left: string, right: string): boolean {
  const [[a, aBits], [b, bBits]] = [ipaddr.IPv4.parseCIDR(left), ipaddr.IPv4.parseCIDR(right)];
  return a.match(b, Math.min(aBits, bBits));
}

function valueOf(address: ipaddr.IPv4): number {
  return address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
}

function textOf(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
