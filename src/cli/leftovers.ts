import type { CliContext } from "./context.ts";

/** How long the Docker engine may take before we go on without it. */
const patienceMs = 5_000;

/**
 * Clears away what ranges of dead processes left on the Docker engine.
 * @returns the ids of those ranges; undefined when no engine answers in time: most people have none
 */
export async function sweepLeftovers({ env, clock }: Pick<CliContext, "env" | "clock">): Promise<readonly string[] | undefined> {
  const { sweepLeftovers: sweep } = await import("../engines/docker/standard.ts");
  return new Promise((resolve) => {
    const giveUp = clock.setTimeout(() => resolve(undefined), patienceMs);
    const answer = (swept: readonly string[] | undefined): void => {
      clock.clearTimeout(giveUp);
      resolve(swept);
    };
    sweep(env).then(answer, () => answer(undefined));
  });
}

/** What was cleared away, one line; "" where nothing was. */
export function sweptText(swept: readonly string[] | undefined): string {
  if (swept === undefined || swept.length === 0) return "";
  const whose = swept.length === 1 ? "a range whose process is" : `${swept.length} ranges whose processes are`;
  return `Cleared away on the Docker engine: what was left of ${whose} gone.\n`;
}
