import type { Swept } from "../engines/docker/sweep.ts";
import type { CliContext } from "./context.ts";

/** How long the Docker engine may take before we go on without it. */
const patienceMs = 5_000;

/**
 * Clears away what ranges of dead processes left on the Docker engine.
 * @returns what was done; undefined when no engine answers in time: most people have none
 */
export async function sweepLeftovers(context: Pick<CliContext, "env" | "clock">): Promise<Swept | undefined> {
  const { sweepLeftovers: sweep } = await import("../engines/docker/standard.ts");
  return inTime(context, sweep(context.env));
}

/** A range that waits on the Docker engine for its session. */
export interface WaitingRange {
  readonly range: string;
  readonly session: string;
  readonly until: string;
}

/** Those that wait; none when no engine answers in time. */
export async function waitingRanges(context: Pick<CliContext, "env" | "clock">): Promise<WaitingRange[]> {
  const { findWaiting } = await import("../engines/docker/standard.ts");
  const found = (await inTime(context, findWaiting(context.env))) ?? [];
  return found.flatMap(({ id, waits }) =>
    waits === undefined ? [] : [{ range: id, session: waits.session, until: new Date(waits.untilMs).toISOString() }],
  );
}

/** Ends those of this user. @param range its id; all where it is not given. @returns the ids of those that were */
export async function endWaitingRanges(context: Pick<CliContext, "env" | "clock">, range?: string): Promise<string[]> {
  // Whether an engine answers, is not waited for long; what it then has to do may take its time.
  if ((await waitingRanges(context)).length === 0) return [];
  const { endWaiting } = await import("../engines/docker/standard.ts");
  return endWaiting(context.env, range);
}

/** Whether a Docker engine is there, as far as can be told before somebody has to wait for it. */
export async function dockerAnswers(context: Pick<CliContext, "env" | "clock">): Promise<boolean> {
  const { findWaiting } = await import("../engines/docker/standard.ts");
  return (await inTime(context, findWaiting(context.env), 1_000)) !== undefined;
}

function inTime<T>({ clock }: Pick<CliContext, "clock">, work: Promise<T>, ms = patienceMs): Promise<T | undefined> {
  return new Promise((resolve) => {
    const giveUp = clock.setTimeout(() => resolve(undefined), ms);
    const answer = (value: T | undefined): void => {
      clock.clearTimeout(giveUp);
      resolve(value);
    };
    work.then(answer, () => answer(undefined));
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
