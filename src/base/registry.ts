import { type Problem, ProblemError } from "./problem.ts";

/** An explicit list of kinds (faults, checks, daemons, commands), looked up by id. */
export interface Registry<T extends { readonly id: string }> {
  readonly ids: readonly string[];
  all(): readonly T[];
  has(id: string): boolean;
  /** The kind, or a Problem that names the nearest known ids. */
  find(id: string): T | Problem;
  /** The kind; throws a ProblemError where there is none. */
  get(id: string): T;
}

/**
 * Makes a registry from an explicit list.
 * @param noun what one entry is called in messages: "fault", "check"
 * @throws Error when two entries share an id (a bug in the list, not a user's mistake)
 */
export function createRegistry<T extends { readonly id: string }>(noun: string, entries: readonly T[]): Registry<T> {
  const byId = new Map<string, T>();
  for (const entry of entries) {
    if (byId.has(entry.id)) throw new Error(`two entries of the ${noun} registry are called ${entry.id}`);
    byId.set(entry.id, entry);
  }
  const find = (id: string): T | Problem => byId.get(id) ?? unknownId(noun, id, [...byId.keys()]);
  return {
    ids: [...byId.keys()],
    all: () => [...byId.values()],
    has: (id) => byId.has(id),
    find,
    get: (id) => {
      const entry = byId.get(id);
      if (entry === undefined) throw new ProblemError(unknownId(noun, id, [...byId.keys()]));
      return entry;
    },
  };
}

/** The Problem for a name that is not known, with the nearest known ones as a hint. */
export function unknownId(noun: string, id: string, known: readonly string[]): Problem {
  const near = nearest(id, known);
  const hint =
    near !== undefined ? `Did you mean ${near}?` : known.length > 0 ? `Known are: ${known.join(", ")}.` : `No ${noun} is known here.`;
  return { code: `unknown-${noun.replaceAll(" ", "-")}`, message: `There is no ${noun} called ${JSON.stringify(id)}.`, hint };
}

/** The known name that a typing slip probably meant, or undefined where none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  return best !== undefined && best.distance <= Math.max(1, Math.floor(name.length / 3)) ? best.name : undefined;
}

/** Levenshtein distance. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, substitution));
    }
    row = next;
  }
  return row[right.length] as number;
}
