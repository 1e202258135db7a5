import type { Host, World } from "../../src/world/world.ts";

/** A world of these hosts and nothing else, at the beginning of time. */
export function worldOf(hosts: readonly Host[]): World {
  return { name: "test", seed: 0, pace: "lapse", startsAtMs: 0, networks: [], organisations: [], people: [], hosts };
}
