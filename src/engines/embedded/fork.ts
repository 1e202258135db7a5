import { createLiveRange, type Kit, type LiveRange } from "./live-range.ts";

/**
 * A second range that goes on from where the first stands: same files, instant, randomness, packet filters and links, its
 * programs started with the memory of the originals. Connections in flight are lost, as in a crash. The original is only
 * looked at. Work in flight comes to rest first, which takes no time.
 */
export async function forkRange(original: LiveRange, kit: Kit): Promise<LiveRange> {
  await original.clock.settle();
  return createLiveRange(original.world, kit, original.snapshot());
}
