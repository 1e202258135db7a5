import { type Random, type RandomState, restoreRandom } from "../../base/random.ts";

/** A stream that can be put back to where it, or its original in another range, once stood. */
export interface RandomStream extends Random {
  restore(state: RandomState): void;
}

export function createRandomStream(start: Random): RandomStream {
  return new RestorableStream(start);
}

class RestorableStream implements RandomStream {
  #current: Random;

  constructor(start: Random) {
    this.#current = start;
  }

  below(bound: number): number {
    return this.#current.below(bound);
  }

  pick<T>(choices: readonly T[]): T {
    return this.#current.pick(choices);
  }

  shuffle<T>(members: readonly T[]): T[] {
    return this.#current.shuffle(members);
  }

  hex(length: number): string {
    return this.#current.hex(length);
  }

  fork(label: string): Random {
    return this.#current.fork(label);
  }

  state(): RandomState {
    return this.#current.state();
  }

  restore(state: RandomState): void {
    this.#current = restoreRandom(state);
  }
}
