import type { Problem } from "../base/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { createLearnerTerminals } from "../session/learner-terminals.ts";
import type { SessionView } from "../session/session-view.ts";
import { choose, showProgress } from "../tui/choose.tsx";
import type { Panel } from "../tui/panel/panel.ts";
import { layoutOf } from "../tui/play/model.ts";
import { count } from "../tui/play/panels.ts";
import { runPlay } from "../tui/play/run-play.ts";
import { createShells } from "../tui/play/shells.ts";
import type { Surface } from "../tui/surface.ts";
import type { Engine, EngineId, UpOptions } from "../world/engine.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import type { Learner } from "./learner.ts";
import { openPlay } from "./open-play.ts";
import { type Farewell, partingText } from "./parting.ts";
import { endWaiting, isAlive, leftAgo, type Waiting, waitingSession } from "./play-session-choice.ts";
import { printProblems } from "./print-problems.ts";
import { saveRest } from "./session-file.ts";
import { beganAgain } from "./standing-range.ts";

/** The whole screen, and what is said when it is gone. */
export interface Screen {
  readonly surface: Surface;
  readonly farewell: Farewell;
}

interface How {
  readonly engine: EngineId;
  readonly seed: number;
  /** Go on with a session that waits; asked where it is not given. */
  readonly takeUp?: boolean;
}

/** Looking at the goals after a command is free where the range is simulated; elsewhere it sends mail. */
const settleMs: Readonly<Record<EngineId, number>> = { embedded: 400, docker: 4_000 };

/** Plays a scenario on the whole screen. @returns 0 when mended, 1 when left or given up */
export async function playOnScreen(
  { surface, farewell }: Screen,
  context: CliContext,
  scenario: Scenario,
  learner: Learner,
  how: How,
): Promise<number> {
  const { signal } = context;
  const header = `${scenario.text.codename}  ${scenario.text.title}`;
  const engine = await context.engine(how.engine);
  const choice = await chooseSession(surface, context, scenario, learner, how, engine);
  if (choice === "back") return exit.no;
  const waiting = choice === "new" ? undefined : choice;
  const progress = showProgress(surface, header, how.engine === "docker" ? "Starting containers" : "Starting");
  // A simulated range is up before anybody has read a line.
  const started: Pick<UpOptions, "progress"> = how.engine === "docker" ? { progress: ({ host, text }) => progress(host, text) } : {};
  const shells = createShells(layoutOf(surface.size(), false).shell);
  const troubles: Problem[] = [];
  const onTrouble = (problem: Problem): void => void troubles.push(problem);
  const { log, start } = openPlay(context, scenario, learner, engine, { seed: how.seed, waiting, onTrouble, ...started });
  try {
    const session = await start(({ range }) => {
      shells.clear();
      return createLearnerTerminals(range, { ...shells, show: () => {}, record: log.record });
    });
    try {
      await runPlay(surface, {
        session,
        shells,
        engine: how.engine,
        clock: context.clock,
        entries: log.entries,
        settleMs: settleMs[how.engine],
        troubles: () => troubles.map(({ message }) => message),
        ...(waiting === undefined ? {} : { notice: whereText(session.view(), how.engine, beganAgain(log.entries())) }),
      });
      if (signal.aborted) return exit.interrupted;
      return session.view().solved ? exit.done : exit.no;
    } finally {
      const stands = await session.leave();
      farewell.parting(scenario.text.codename, partingText({ view: session.view(), entries: log.entries(), engine, learner, stands }));
    }
  } finally {
    shells.close();
    const rest = saveRest(learner, log);
    farewell.also(() => {
      printProblems(troubles, context);
      context.stderr.write(rest);
    });
  }
}

async function chooseSession(
  surface: Surface,
  context: CliContext,
  scenario: Scenario,
  learner: Learner,
  { takeUp }: How,
  engine: Engine,
): Promise<Waiting | "new" | "back"> {
  const waiting = waitingSession(learner, scenario, engine.id, isAlive);
  const replace = async (): Promise<"new"> => {
    await endWaiting(waiting, engine);
    return "new";
  };
  if (waiting === undefined || takeUp === false) return replace();
  if (takeUp === true) return waiting;
  const left = `You left it ${leftAgo(waiting, context.clock.now())} (${waiting.state}).`;
  const open = waiting.openIn === undefined ? "" : ` It is open in another window (process ${waiting.openIn}).`;
  const goOn = { label: "Go on where you left it", key: "g", deed: waiting } as const;
  const panel: Panel<Waiting | "new"> = {
    kind: "list",
    title: "There is a session that waits",
    about: left + open,
    items: [...(waiting.openIn === undefined ? [goOn] : []), { label: "Begin anew", key: "n", deed: "new" }],
    at: 0,
  };
  const chosen = (await choose(surface, panel, { header: `${scenario.text.codename}  ${scenario.text.title}`, esc: "back" })) ?? "back";
  return chosen === "new" ? replace() : chosen;
}

function whereText({ state, pins, hints }: SessionView, engine: EngineId, isNew: boolean): string {
  const stood = isNew ? " The hosts that you had are gone; these are as they were at the beginning." : " Your hosts went on meanwhile.";
  const range = engine === "docker" ? stood : "";
  return `You are back where you were: ${state}, ${count(pins.length, "pin")}, ${count(hints.length, "hint")}.${range}`;
}
