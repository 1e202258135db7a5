/**
 * A pure function that remembers its latest results by its text arguments: a thousand ranges read the same configuration files,
 * and what is read of them is the same value. Results must not be changed by whoever gets them.
 * @param limit how many results are kept; the oldest is forgotten first
 */
export function remembering<Args extends readonly string[], Result>(
  limit: number,
  compute: (...args: Args) => Result,
): (...args: Args) => Result {
  const known = new Map<string, Result>();
  return (...args) => {
    const key = args.join("\0");
    const found = known.get(key);
    if (found !== undefined) return found;
    const result = compute(...args);
    if (known.size >= limit) known.delete(known.keys().next().value as string);
    known.set(key, result);
    return result;
  };
}
