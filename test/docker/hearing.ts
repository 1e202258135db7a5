import type { Range } from "../../src/world/engine.ts";

/** How long a line may take to come: a busy machine needs a while to reload. */
const limitMs = 15_000;

/** Comes back when a host's log has a new line of this kind, and at the latest after a while. */
export function hearing(range: Range, host: string, line: RegExp): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      leave();
      resolve();
    };
    const timer = setTimeout(end, limitMs);
    const leave = range.follow((each) => {
      if (each.host === host && line.test(each.text)) end();
    });
  });
}
