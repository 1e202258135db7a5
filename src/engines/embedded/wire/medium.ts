import type { Clock } from "../../../base/clock.ts";
import type { Random } from "../../../base/random.ts";
import type { Packet, PacketListener } from "./packet.ts";
import { type Conditions, judge, type PacketFate, type Passage } from "./passage.ts";

/** The shared part of the wire: time, the lines' conditions, and those who listen in. */
export interface Medium {
  readonly clock: Clock;
  readonly conditions: Conditions;
  /** Tells the clock that something moved. */
  stir(): void;
  /** Puts a packet on its way: judges it and shows it to captures. What arrives, and when, is the caller's to do. */
  pass(passage: Passage, flags: Packet["flags"], payload: Uint8Array): PacketFate;
  /** Calls back for each packet on any network until the returned function is called. */
  onPacket(listener: PacketListener): () => void;
}

export function createMedium(clock: Clock & { stir(): void }, random: Random, conditions: Conditions): Medium {
  const listeners = new Set<PacketListener>();
  return {
    clock,
    conditions,
    stir: () => clock.stir(),
    pass(passage, flags, payload) {
      const fate = judge(conditions, passage, random);
      if (listeners.size > 0 && fate.sent) {
        const packet: Packet = {
          atMs: clock.now(),
          ...(passage.network === undefined ? {} : { network: passage.network }),
          protocol: passage.protocol,
          source: passage.source,
          destination: passage.destination,
          flags,
          payload,
          lost: fate.verdict !== "pass",
        };
        for (const listener of [...listeners]) listener(packet);
      }
      return fate;
    },
    onPacket(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
