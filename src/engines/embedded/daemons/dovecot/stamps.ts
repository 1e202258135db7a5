import type { Machine } from "../../machine.ts";

/** Hands out moments that no other process of the machine's Dovecot has used, finer than the clock's milliseconds. */
export interface Stamps {
  /** Milliseconds since the Unix epoch, and microseconds below: for file names. */
  delivery(): { readonly atMs: number; readonly microseconds: number };
  /** Milliseconds since the Unix epoch, and nanoseconds below: for identifiers. */
  identifier(): { readonly atMs: number; readonly nanoseconds: number };
  /** What a fork needs to go on. */
  state(): StampState;
}

export interface StampState {
  readonly atMs: number;
  readonly nanoseconds: number;
}

/** The real clock's fractions are chance; here the seed draws them, always rising within one millisecond. */
export function createStamps(machine: Pick<Machine, "clock" | "random">, from?: StampState): Stamps {
  let last: StampState = from ?? { atMs: 0, nanoseconds: 0 };
  const next = (): StampState => {
    const atMs = machine.clock.now();
    const least = atMs === last.atMs ? last.nanoseconds + 1000 : 0;
    last = { atMs, nanoseconds: Math.min(999_999, least + machine.random.below(20_000)) };
    return last;
  };
  return {
    delivery() {
      const { atMs, nanoseconds } = next();
      return { atMs, microseconds: Math.floor(nanoseconds / 1000) };
    },
    identifier: next,
    state: () => last,
  };
}
