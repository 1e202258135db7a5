/** The symbols of one message with their scores and options. */
export class Symbols {
  readonly #weights: Readonly<Record<string, number>>;
  readonly #found = new Map<string, { readonly score: number; readonly options: readonly string[] }>();

  /** @param weights symbol → score; a symbol without one counts nothing */
  constructor(weights: Readonly<Record<string, number>>) {
    this.#weights = weights;
  }

  /** Options of a symbol that is there already come after its own. */
  add(name: string, ...options: readonly string[]): void {
    const present = this.#found.get(name);
    this.#found.set(name, { score: this.#weights[name] ?? 0, options: [...(present?.options ?? []), ...options] });
  }

  has(name: string): boolean {
    return this.#found.has(name);
  }

  options(name: string): readonly string[] {
    return this.#found.get(name)?.options ?? [];
  }

  /** The sum, in hundredths of a point without the dust of floating-point numbers. */
  score(): number {
    const sum = [...this.#found.values()].reduce((total, { score }) => total + score, 0);
    return Math.round(sum * 100) / 100;
  }

  /** The heaviest first, either way; equals by name. */
  sorted(): readonly { readonly name: string; readonly score: number; readonly options: readonly string[] }[] {
    return [...this.#found]
      .map(([name, { score, options }]) => ({ name, score, options }))
      .sort((left, right) => Math.abs(right.score) - Math.abs(left.score) || (left.name < right.name ? -1 : 1));
  }
}
