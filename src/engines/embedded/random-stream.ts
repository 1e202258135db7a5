import { type Random, type RandomState, restoreRandom } from "../../base/random.ts";

/** A stream that can be put back to where it, or its original in another range, once stood. */
export interface RandomStream extends Random {
  restore(state: RandomState): void;
}

export function createRandomStream(start: Random): RandomStream {
  let current = start;
  return {
    below: (bound) => current.below(bound),
    pick: (choices) => current.pick(choices),
    shuffle: (members) => current.shuffle(members),
    hex: (length) => current.hex(length),
    fork: (label) => current.fork(label),
    state: () => current.state(),
    restore(state) {
      current = restoreRandom(state);
    },
  };
}
