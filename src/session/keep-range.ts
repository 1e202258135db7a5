import type { Clock } from "../base/clock.ts";
import { ProblemError } from "../base/problem.ts";
import { evidenceText } from "../checks/check.ts";
import type { LogDialect } from "../daemons/daemon.ts";
import { allPass, type Judged, judgeStage } from "../scenario/judge.ts";
import { learnersHosts, type Stage } from "../scenario/stage.ts";
import type { Range } from "../world/engine.ts";
import { describeRange } from "./describe-range.ts";
import { createPacer } from "./pace.ts";
import type { JudgedItem, RangeDescription } from "./range-protocol.ts";
import { type RangeHandlers, type RangeServer, serveRange } from "./range-server.ts";
import { freeName, socketPath } from "./runtime-folder.ts";

/** A range that this process keeps for others. */
export interface KeptRange {
  readonly description: RangeDescription;
  /** Kept when the range is down, by whichever way. */
  readonly ended: Promise<void>;
  down(): Promise<void>;
}

export interface KeepOptions {
  /** The codename of the scenario or the world's name; the range is called after it. */
  readonly of: string;
  /** Present when a scenario plays in the range: it can be judged then. */
  readonly stage?: Stage;
  readonly folder: string;
  readonly dialects: readonly LogDialect[];
  readonly wall: Clock;
  readonly pid: number;
}

/**
 * Serves a range to other processes of this user until it is taken down. Its time follows the wall's.
 * When it cannot be served, the range is taken down again.
 */
export async function keepRange(range: Range, { of, stage, folder, dialects, wall, pid }: KeepOptions): Promise<KeptRange> {
  const pacer = createPacer(range.time, wall);
  let sayEnded = (): void => {};
  const ended = new Promise<void>((resolve) => {
    sayEnded = resolve;
  });
  const stop = async (): Promise<void> => {
    served.server.endShells();
    await range.down();
  };
  const close = (): void => void served.server.close().then(sayEnded);
  const handlersOf = (description: RangeDescription): RangeHandlers => ({
    describe: async () => description,
    run: ({ host, line, stdin, actor }, signal) => {
      admit(actor, host, stage);
      return pacer.inStep(() => range.run(host, line, { stdin, actor, signal }));
    },
    shell: ({ host, size, actor }) => {
      admit(actor, host, stage);
      return pacer.inStep(() => range.terminal(host, size));
    },
    check: async () => {
      if (stage === undefined) throw new ProblemError(nothingToCheck(description.range));
      const judged = await pacer.inStep(() => judgeStage(stage, dialects));
      return { solved: allPass(judged), items: judged.map(itemOf) };
    },
    down: async () => {
      await stop();
      return { stopped: true };
    },
  });
  const serve = async (): Promise<{ readonly description: RangeDescription; readonly server: RangeServer }> => {
    try {
      const name = freeName(folder, of);
      const description = describeRange(range, { range: name, of, pid });
      return { description, server: await serveRange(socketPath(folder, name), handlersOf(description), close) };
    } catch (error) {
      // Somebody else took the name since we looked.
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return serve();
      await range.down();
      throw error;
    }
  };
  const served = await serve();
  const down = async (): Promise<void> => {
    await stop();
    close();
  };
  return { description: served.description, ended, down };
}

/** Where a scenario plays, a learner is let in where `play` would let them in. @throws ProblemError for other people's hosts */
function admit(actor: string, host: string, stage: Stage | undefined): void {
  if (actor !== "learner" || stage === undefined) return;
  const owner = stage.compiled.healthy.hosts.find(({ key }) => key === host)?.owner;
  const own = learnersHosts(stage);
  // A host that does not exist is the range's to name.
  if (owner === undefined || own.includes(host)) return;
  const organisation = stage.compiled.healthy.organisations.find(({ key }) => key === owner)?.name ?? owner;
  throw new ProblemError({
    code: "not-your-host",
    message: `${host} belongs to ${organisation}; it is not yours.`,
    hint: `You have shells on ${own.join(", ")}. Who teaches says --as instructor.`,
  });
}

function nothingToCheck(range: string): { code: string; message: string; hint: string } {
  return {
    code: "nothing-to-check",
    message: `No scenario plays in ${range}; there is nothing to judge.`,
    hint: "Start one: maildrill up <codename>.",
  };
}

function itemOf({ id, kind, title, verdict }: Judged): JudgedItem {
  return { id, kind, title, status: verdict.status, says: verdict.says, evidence: verdict.evidence.map(evidenceText) };
}
