import type { Problem } from "../base/problem.ts";
import { dialects } from "../daemons/registry.ts";
import { catalogue } from "../scenario/catalogue.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Stage, setStage } from "../scenario/stage.ts";
import { startOf } from "../session/journal/progress.ts";
import { type PlaySession, type PlaySetup, startPlaySession } from "../session/play-session.ts";
import type { SessionLog } from "../session/session-log.ts";
import type { Engine, UpOptions } from "../world/engine.ts";
import type { CliContext } from "./context.ts";
import type { Learner } from "./learner.ts";
import type { Waiting } from "./play-session-choice.ts";
import { openSessionLog } from "./session-file.ts";
import { standingOf } from "./standing-range.ts";

export interface PlayWish extends Pick<UpOptions, "progress"> {
  /** Of a new session; one that waits has its own. */
  readonly seed: number;
  readonly waiting: Waiting | undefined;
  /** The journal fails us. */
  readonly onTrouble: (problem: Problem) => void;
}

/** A learner's session whose journal is open. */
export interface OpenPlay {
  readonly log: SessionLog;
  /** Sets its range up, or takes it up where it was. @throws ProblemError when that cannot be done; the session can be taken up later */
  start(openTerminals: PlaySetup["openTerminals"]): Promise<PlaySession>;
}

/** Opens the session that waits, or a new one. */
export function openPlay(context: CliContext, scenario: Scenario, learner: Learner, engine: Engine, wish: PlayWish): OpenPlay {
  const { waiting, onTrouble, progress } = wish;
  const seed = (waiting && startOf(waiting.record)?.seed) ?? wish.seed;
  const how = { seed, signal: context.signal, ...(progress === undefined ? {} : { progress }) };
  let stage: Stage | null = null;
  const log = openSessionLog(context, scenario, learner, {
    engine: engine.id,
    seed,
    ...(waiting === undefined ? {} : { past: waiting.record }),
    rangeNow: () => stage?.range.time.now() ?? null,
    onTrouble,
  });
  return {
    log,
    start: (openTerminals) =>
      startPlaySession({
        log,
        canReplay: engine.id === "embedded",
        dialects,
        pid: context.node.pid,
        build: () => setStage(scenario, engine, catalogue, how),
        ...standingOf(log.id, scenario, engine, how),
        openTerminals,
        onStage: (now) => {
          stage = now;
        },
      }),
  };
}
