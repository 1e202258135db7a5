import { existsSync, unlinkSync } from "node:fs";
import type { Clock } from "../base/clock.ts";
import { ProblemError } from "../base/problem.ts";
import { evidenceText } from "../checks/check.ts";
import type { LogDialect } from "../daemons/daemon.ts";
import { allPass, type Judged, judgeStage } from "../scenario/judge.ts";
import type { Stage } from "../scenario/stage.ts";
import type { Range } from "../world/engine.ts";
import { describeRange } from "./describe-range.ts";
import { createPacer } from "./pace.ts";
import type { JudgedItem, RangeDescription } from "./range-protocol.ts";
import { type RangeHandlers, serveRange } from "./range-server.ts";
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

/** Serves a range to other processes of this user until it is taken down. Its time follows the wall's. */
export async function keepRange(range: Range, { of, stage, folder, dialects, wall, pid }: KeepOptions): Promise<KeptRange> {
  const name = freeName(folder, of);
  const path = socketPath(folder, name);
  const description = describeRange(range, { range: name, of, pid });
  const pacer = createPacer(range.time, wall);
  let sayEnded = (): void => {};
  const ended = new Promise<void>((resolve) => {
    sayEnded = resolve;
  });
  const stop = async (): Promise<void> => {
    await range.down();
    if (existsSync(path)) unlinkSync(path);
  };
  const close = (): void => void server.close().then(sayEnded);
  const handlers: RangeHandlers = {
    describe: async () => description,
    run: async ({ host, line, stdin, actor }) => {
      await pacer.catchUp();
      return range.run(host, line, { stdin, actor });
    },
    check: async () => {
      if (stage === undefined) throw new ProblemError(nothingToCheck(name));
      await pacer.catchUp();
      const judged = await judgeStage(stage, dialects);
      return { solved: allPass(judged), items: judged.map(itemOf) };
    },
    down: async () => {
      await stop();
      return { stopped: true };
    },
  };
  const server = await serveRange(path, handlers, close);
  const down = async (): Promise<void> => {
    await stop();
    close();
  };
  return { description, ended, down };
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
