import { ProblemError } from "../../base/problem.ts";
import type { Effect } from "../../world/effect.ts";
import type { AppliedEffect, Range } from "../../world/engine.ts";
import type { AnswerOf, Question } from "../../world/question.ts";
import { startPace } from "./clock/pace.ts";
import { StalledError } from "./clock/virtual-clock.ts";
import { applyEffect } from "./effects.ts";
import { forkRange } from "./fork.ts";
import type { Kit, LiveRange } from "./live-range.ts";
import type { QuestionHandlers } from "./questions/question-handlers.ts";

/** The engine port's face of a live range. */
export function createRange(live: LiveRange, kit: Kit, questions: QuestionHandlers): Range {
  let terminals = 0;
  let frozen = 0;
  let stopPace: (() => void) | undefined;

  /** Time goes at its real pace while somebody sits at a terminal, and nobody holds it. */
  const keepPace = (): void => {
    const goes = terminals > 0 && frozen === 0;
    if (goes) stopPace ??= startPace(live.clock);
    else {
      stopPace?.();
      stopPace = undefined;
    }
  };
  const sitDown = (): void => {
    terminals++;
    keepPace();
  };
  const standUp = (): void => {
    terminals--;
    keepPace();
  };
  const freeze = (): (() => void) => {
    let held = true;
    frozen++;
    keepPace();
    return () => {
      if (held) frozen--;
      held = false;
      keepPace();
    };
  };

  return {
    engine: "embedded",
    world: live.world,
    apply: (effect: Effect): Promise<AppliedEffect> => applyEffect(live, effect),
    ask: <Q extends Question>(question: Q) => askFork(live, kit, questions, question),
    run: (host, commandLine, options) => whileUp(live.run(host, commandLine, options)),
    async terminal(host, size) {
      const terminal = live.shell(host).terminal(size);
      sitDown();
      terminal.closed.then(standUp, standUp);
      return terminal;
    },
    lines: () => [...live.lines()],
    follow: (listener) => live.follow(listener),
    time: {
      now: () => live.clock.now(),
      advance: (durationMs) => whileUp(live.clock.advance(durationMs)),
      jumps: true,
      freeze,
    },
    async down() {
      stopPace?.();
      // Terminals that are closed after this must not set it going again.
      frozen++;
      live.down();
    },
  };
}

/** Whoever waits for a range that goes down learns it as a Problem. */
async function whileUp<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StalledError) || error.reason !== "stopped") throw error;
    throw new ProblemError({ code: "range-down", message: "The range is down.", hint: "Start it again." });
  }
}

async function askFork<Q extends Question>(
  live: LiveRange,
  kit: Kit,
  questions: QuestionHandlers,
  question: Q,
): Promise<AnswerOf[Q["ask"]]> {
  const fork = await forkRange(live, kit);
  try {
    // The record's type ties each handler to its question; the compiler cannot follow that through an index.
    const handler = questions[question.ask] as unknown as (range: LiveRange, asked: Q) => Promise<AnswerOf[Q["ask"]]>;
    return await handler(fork, question);
  } finally {
    fork.down();
  }
}
