import type { Swept } from "../engines/docker/sweep.ts";
import type { CliContext } from "./context.ts";

/** How long the Docker engine may take before we go on without it. */
const patienceMs = 5_000;

/**
 * Clears away what ranges of dead processes left on the Docker engine.
 * @returns what was done; undefined when no engine answers in time: most people have none
 */
export async function sweepLeftovers({ env, clock }: Pick<CliContext, "env" | "clock">): Promise<Swept | undefined> {
  const { sweepLeftovers: sweep } = await import("../engines/docker/standard.ts");
  return new Promise((resolve) => {
    const giveUp = clock.setTimeout(() => resolve(undefined), patienceMs);
    const answer = (swept: Swept | undefined): void => {
      clock.clearTimeout(giveUp);
      resolve(swept);
    };
    sweep(env).then(answer, () => answer(undefined));
  });
}

/** Nothing was looked for, so nothing was found. */
export const nothingSwept: Swept = { removed: [], stays: [] };

/** The same for programs, as fields of a command's document. */
export function sweptFields(swept: Swept | undefined): { readonly swept: Swept["removed"]; readonly stays: Swept["stays"] } {
  const { removed, stays } = swept ?? nothingSwept;
  return { swept: removed, stays };
}

/** What was cleared away and what was not, a line each; "" where there was nothing. */
export function sweptText(swept: Swept | undefined): string {
  const { removed, stays } = swept ?? nothingSwept;
  const whose = removed.length === 1 ? "a range whose process is" : `${removed.length} ranges whose processes are`;
  const cleared = removed.length === 0 ? "" : `Cleared away on the Docker engine: what was left of ${whose} gone.\n`;
  const left = stays.map(({ says }) => `Could not be cleared away on the Docker engine: ${says}\n`);
  const hint =
    stays.length === 0 ? "" : "It keeps nobody from starting. It is tried again at each start; what stays goes when Docker is restarted.\n";
  return cleared + left.join("") + hint;
}
