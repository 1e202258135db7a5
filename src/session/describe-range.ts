import type { Range } from "../world/engine.ts";
import type { RangeDescription } from "./range-protocol.ts";

/** A running range in the shape that `up --json` and `ps --json` print. */
export function describeRange(
  { engine, world }: Range,
  named: { readonly range: string; readonly of: string; readonly pid: number },
): RangeDescription {
  const home = world.organisations.find(({ key }) => key === "org")?.key;
  return {
    range: named.range,
    engine,
    seed: world.seed,
    of: named.of,
    pid: named.pid,
    hosts: world.hosts.map(({ key, interfaces, daemons }) => ({
      name: key,
      address: interfaces[0]?.address ?? "",
      daemons: daemons.map(({ kind }) => kind),
      exposed: {},
    })),
    people: world.people.map(({ name, address, organisation }) => ({ name, address, local: organisation === home })),
  };
}
