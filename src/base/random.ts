import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/** Seeded randomness: the same seed draws the same values, on every machine. */
export interface Random {
  /** An integer from 0 to `bound - 1`. */
  below(bound: number): number;
  pick<T>(choices: readonly T[]): T;
  /** A new array with the same members in a drawn order. */
  shuffle<T>(members: readonly T[]): T[];
  /** `length` hexadecimal digits, upper case. */
  hex(length: number): string;
  /** An independent stream that depends on this one's seed and the label only, not on what was drawn before. */
  fork(label: string): Random;
  /** What `restoreRandom` needs to go on from here. */
  state(): RandomState;
}

export interface RandomState {
  readonly seed: string;
  readonly generator: readonly number[];
}

export function createRandom(seed: string | number): Random {
  const text = String(seed);
  return wrap(text, xoroshiro128plus(hash(text)));
}

/** The stream that `state()` was taken from, at the same place. */
export function restoreRandom(state: RandomState): Random {
  return wrap(state.seed, xoroshiro128plusFromState(state.generator));
}

function wrap(seed: string, generator: RandomGenerator): Random {
  return new Stream(seed, generator);
}

/** A class, because a range holds some sixty streams: methods are shared, closures would not be. */
class Stream implements Random {
  readonly #seed: string;
  readonly #generator: RandomGenerator;

  constructor(seed: string, generator: RandomGenerator) {
    this.#seed = seed;
    this.#generator = generator;
  }

  below(bound: number): number {
    return uniformInt(this.#generator, 0, bound - 1);
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new Error("cannot pick from nothing");
    return choices[this.below(choices.length)] as T;
  }

  shuffle<T>(members: readonly T[]): T[] {
    const result = [...members];
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [result[last], result[other]] = [result[other] as T, result[last] as T];
    }
    return result;
  }

  hex(length: number): string {
    return Array.from({ length }, () => this.below(16).toString(16).toUpperCase()).join("");
  }

  fork(label: string): Random {
    return createRandom(`${this.#seed}/${label}`);
  }

  state(): RandomState {
    return { seed: this.#seed, generator: this.#generator.getState() };
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  return value | 0;
}
