/** Commands in the order in which the `disconnect` line shows them. */
const order = [
  "helo",
  "ehlo",
  "xclient",
  "xforward",
  "starttls",
  "auth",
  "mail",
  "rcpt",
  "data",
  "bdat",
  "rset",
  "noop",
  "vrfy",
  "etrn",
  "quit",
  "unknown",
];

/** How often each command came, and how often it was accepted. */
export class CommandCounters {
  readonly #counts = new Map<string, { total: number; good: number }>();

  came(command: string): void {
    const count = this.#counts.get(command) ?? { total: 0, good: 0 };
    count.total += 1;
    this.#counts.set(command, count);
  }

  succeeded(command: string): void {
    const count = this.#counts.get(command);
    if (count !== undefined) count.good += 1;
  }

  /** As printed: `ehlo=1 rcpt=0/1 commands=1/2`. */
  shown(): readonly (readonly [string, string])[] {
    const print = ({ total, good }: { readonly total: number; readonly good: number }): string =>
      total === good ? `${total}` : `${good}/${total}`;
    const seen = order.flatMap((name) => {
      const count = this.#counts.get(name);
      return count === undefined ? [] : [[name, print(count)] as const];
    });
    const all = [...this.#counts.values()];
    const sum = { total: all.reduce((n, each) => n + each.total, 0), good: all.reduce((n, each) => n + each.good, 0) };
    return [...seen, ["commands", sum.total === 0 ? "0/0" : print(sum)]];
  }
}
