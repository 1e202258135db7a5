import { addressAt, addressPlan } from "../world/address-plan.ts";
import type { AddressPlan, Shape } from "../world/world.ts";
import type { Blueprint } from "./blueprint.ts";

/** What an engine must set addresses aside for before the world can be compiled. */
export function shapeOf(blueprint: Blueprint): Shape {
  return {
    networks: blueprint.networks.map(({ key }) => ({ key })),
    hosts: blueprint.hosts.map(({ key, interfaces }) => ({ key, interfaces })),
  };
}

const documentationBlocks = ["203.0.113.0", "198.51.100.0", "192.0.2.0"] as const;

/**
 * A plan with the documentation blocks (RFC 5737), one /26 a network, for trying a world without an engine.
 * The first network gets 203.0.113.0, the second 198.51.100.0.
 */
export function documentationPlan(shape: Shape): AddressPlan {
  return addressPlan(shape, Object.fromEntries(shape.networks.map(({ key }, index) => [key, `${nthBlock(index)}/26`])));
}

function nthBlock(index: number): string {
  const block = documentationBlocks[index % documentationBlocks.length] as string;
  return addressAt(`${block}/24`, 64 * Math.floor(index / documentationBlocks.length));
}
