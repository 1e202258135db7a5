import { ProblemError } from "../../base/problem.ts";
import { addressAt, addressPlan, overlap } from "../../world/address-plan.ts";
import type { AddressPlan, Shape } from "../../world/world.ts";

/**
 * Where ranges get their blocks from. The first range gets the documentation blocks (RFC 5737), as the embedded engine has them;
 * further ones get blocks of 198.18.0.0/15 (RFC 2544, for benchmarks, never routed). 192.0.2.0/24 is left alone: machines
 * are seen to stand in it themselves. A network takes a /24 of its own, or two ranges would share a reverse zone.
 */
const documentationBlocks: Readonly<Record<string, string>> = { internet: "203.0.113.0/24", office: "198.51.100.0/24" };
const furtherBlocks = "198.18.0.0/15";
const furtherCount = 512;
/** What a network uses of its block. */
const usedBits = 26;

/**
 * Addresses for a range that meet no block in use.
 * @param taken CIDR blocks of other networks. @param start where to begin in the further blocks, so that processes that start
 * together do not all reach for the same ones
 * @throws ProblemError `subnets-exhausted`
 */
export function poolPlan(shape: Shape, taken: readonly string[], start: number): AddressPlan {
  const isFree = (block: string): boolean => !taken.some((other) => overlap(block, other));
  const documented = shape.networks.map(({ key }) => documentationBlocks[key]);
  const blocks =
    documented.every((block) => block !== undefined && isFree(block)) && new Set(documented).size === documented.length
      ? (documented as string[])
      : furtherFree(isFree, start).slice(0, shape.networks.length);
  if (blocks.length < shape.networks.length) {
    throw new ProblemError({
      code: "subnets-exhausted",
      message: `The pool has no ${shape.networks.length} free address blocks left: ${furtherBlocks} is taken by other networks.`,
      hint: "End other ranges (maildrill down --all), or remove networks that nobody uses (docker network prune).",
    });
  }
  return addressPlan(shape, Object.fromEntries(shape.networks.map(({ key }, index) => [key, used(blocks[index] as string)])));
}

/** How many ranges with so many networks still find room. */
export function roomLeft(networks: number, taken: readonly string[]): number {
  return Math.floor(furtherFree((block) => !taken.some((other) => overlap(block, other)), 0).length / networks);
}

function furtherFree(isFree: (block: string) => boolean, start: number): string[] {
  const numbers = Array.from({ length: furtherCount }, (_, index) => (start + index) % furtherCount);
  return numbers.map((number) => `${addressAt(furtherBlocks, number * 256)}/24`).filter(isFree);
}

function used(block: string): string {
  return block.replace(/\/\d+$/, `/${usedBits}`);
}
