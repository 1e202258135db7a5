import { addressAt, addressPlan } from "../../world/address-plan.ts";
import type { Engine, PlannedRange, UpOptions } from "../../world/engine.ts";
import type { AddressPlan, Shape, World } from "../../world/world.ts";
import { createLiveRange, type Kit, type LiveRange } from "./live-range.ts";
import type { QuestionHandlers } from "./questions/question-handlers.ts";
import { createRange } from "./range.ts";

export interface EmbeddedEngineParts extends Kit {
  readonly questions: QuestionHandlers;
}

/** The engine that needs nothing: every program of every host is simulated in this process. */
export function createEmbeddedEngine(parts: EmbeddedEngineParts): Engine {
  return {
    id: "embedded",
    rangesAtOnce: 1,
    reserve: async (shape) => planAddresses(shape),
    plan: plannedRange,
    up: async (world, options) => createRange(await startRange(world, parts, options), parts, parts.questions),
  };
}

/** Ranges never meet, so each gets the same blocks. */
const BLOCKS: Readonly<Record<string, string>> = { internet: "203.0.113.0/26", office: "198.51.100.0/26" };
/** Where further networks come from: the block for benchmarking, never routed. */
const FURTHER_BLOCKS = "198.18.0.0/15";
const FURTHER_BITS = 26;

/** Addresses for a shape. @throws ProblemError when an offset lies outside its block */
export function planAddresses(shape: Shape): AddressPlan {
  let further = 0;
  const networks = Object.fromEntries(
    shape.networks.map(({ key }) => {
      const cidr = BLOCKS[key] ?? `${addressAt(FURTHER_BLOCKS, further++ * 2 ** (32 - FURTHER_BITS))}/${FURTHER_BITS}`;
      return [key, cidr];
    }),
  );
  return addressPlan(shape, networks);
}

function plannedRange({ networks, hosts }: World): PlannedRange {
  return {
    networks: networks.map(({ key, cidr }) => ({ key, cidr })),
    hosts: hosts.map(({ key, interfaces, daemons }) => ({
      host: key,
      runsOn: "this process",
      addresses: interfaces.map(({ address }) => address),
      daemons: daemons.filter(({ state }) => state !== "stopped").map(({ kind }) => kind),
      capabilities: [],
      memoryBytes: 0,
    })),
  };
}

/** A world with every host booted. @throws ProblemError when it cannot start; nothing is left behind then */
export async function startRange(world: World, kit: Kit, options: UpOptions = {}): Promise<LiveRange> {
  const range = createLiveRange(world, kit);
  try {
    for (const machine of range.machines) {
      options.signal?.throwIfAborted();
      options.progress?.({ host: machine.key, text: `starting ${machine.services.kinds.join(", ") || "nothing"}` });
      machine.boot();
    }
    await range.clock.settle();
    return range;
  } catch (error) {
    range.down();
    throw error;
  }
}
