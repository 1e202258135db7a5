import { createInterface } from "node:readline";
import type { Problem } from "../base/problem.ts";
import { folded, readable } from "../base/reading.ts";
import type { Library } from "../scenario/load-library.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { createLearnerTerminals } from "../session/learner-terminals.ts";
import { createPlainLines } from "../session/plain-lines.ts";
import type { SessionView } from "../session/session-view.ts";
import type { Engine, EngineId, TerminalSize } from "../world/engine.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { defineLearner, type Learner, openLearner } from "./learner.ts";
import { chooseScenario, engineId, openLibrary, wholeNumber } from "./library.ts";
import { openLabs } from "./list.ts";
import { openPlay } from "./open-play.ts";
import { createFarewell, partingText } from "./parting.ts";
import { playByLines } from "./play-input.ts";
import type { Screen } from "./play-on-screen.ts";
import { endWaiting, isAlive, type Waiting, waitingSession } from "./play-session-choice.ts";
import { printProblems } from "./print-problems.ts";
import { saveRest } from "./session-file.ts";
import { beganAgain } from "./standing-range.ts";

/** `maildrill play`: the ticket, real shells on your hosts, and Maildrill around them. By lines, with colon commands, through a pipe or when asked for. */
export const play: CliCommand = {
  define: (command) => {
    command
      .argument("<scenario|lab>", "a codename, or a lab")
      .option("--engine <engine>", "embedded or docker", "embedded")
      .option("--seed <n>", "whose names are drawn", "0")
      .option("--plain", "line by line, also in a terminal")
      .option("--ascii", "no other characters on the screen")
      .option("--resume", "go on where you left it")
      .option("--new", "begin anew, whatever you left; on docker the range that waits for it goes");
    defineLearner(command);
  },
  run: async (context, [name], options) => {
    const how = {
      engine: engineId(options.engine),
      seed: wholeNumber(options.seed, "--seed", 0),
      ...(options.resume === true ? { takeUp: true } : options.new === true ? { takeUp: false } : {}),
    };
    const library = openLibrary(context);
    return withLearner(context, options, (learner) =>
      options.plain === true
        ? playNamed(context, library, String(name), learner, how)
        : onScreen(context, options.ascii === true, (screen) => playNamed(context, library, String(name), learner, how, screen)),
    );
  },
};

/** With a terminal and no arguments: the home screen, or, where nothing can be drawn, a question. */
export async function playHome(context: CliContext, library: Library): Promise<number> {
  const how = { engine: "embedded", seed: 0 } as const;
  if (context.openSurface === undefined) {
    const chosen = await ask(context, "\nWhich one? ");
    if (chosen === "") return exit.done;
    return withLearner(context, {}, (learner) => playNamed(context, library, chosen, learner, how));
  }
  return withLearner(context, {}, (learner) =>
    onScreen(context, false, async (screen) => {
      if (screen === undefined) return exit.no;
      const { homeOnScreen } = await import("./home-on-screen.ts");
      return homeOnScreen(screen.surface, context, library, learner, (name, wish) =>
        playNamed(context, library, name, learner, { ...how, ...wish }, screen),
      );
    }),
  );
}

/** Work on the whole screen, where there is one; whatever happens, the terminal is given back, and then it is said what became of it. */
async function onScreen(context: CliContext, ascii: boolean, work: (screen: Screen | undefined) => Promise<number>): Promise<number> {
  const surface = await context.openSurface?.(ascii);
  if (surface === undefined) return work(undefined);
  const farewell = createFarewell();
  try {
    return await work({ surface, farewell });
  } finally {
    surface.close();
    farewell.say((text) => context.stdout.write(folded(text, context.stdout.columns)));
  }
}

async function withLearner(
  context: CliContext,
  options: Readonly<Record<string, unknown>>,
  work: (learner: Learner) => Promise<number>,
): Promise<number> {
  const learner = openLearner(context, options);
  try {
    return await work(learner);
  } finally {
    learner.journal.close();
  }
}

interface How {
  readonly engine: EngineId;
  readonly seed: number;
  /** Go on with a session that waits; asked where it is not given. */
  readonly takeUp?: boolean;
}

/** A scenario, or a lab from its first lesson to its last scenario. @param screen absent for line by line */
async function playNamed(
  context: CliContext,
  library: Library,
  name: string,
  learner: Learner,
  how: How,
  screen?: Screen,
): Promise<number> {
  const play = async (codename: string): Promise<number> => {
    const scenario = chooseScenario(library, codename);
    if (screen === undefined) return playScenario(context, scenario, learner, how);
    return (await import("./play-on-screen.ts")).playOnScreen(screen, context, scenario, learner, how);
  };
  const lab = openLabs(context, library).labs.find(({ id, title }) => id === name || title.toLowerCase() === name.toLowerCase());
  if (lab === undefined) return play(name);
  for (const step of lab.steps) {
    if (step.kind === "play") {
      const code = await play(step.scenario);
      if (code !== exit.done) return code;
    } else if (!(await readLesson(context, lab.title, step.text, screen?.surface))) return exit.no;
  }
  return exit.done;
}

/** @returns false when the learner goes no further */
async function readLesson(context: CliContext, title: string, text: string, surface: Screen["surface"] | undefined): Promise<boolean> {
  if (surface !== undefined) {
    const { choose } = await import("../tui/choose.tsx");
    const panel = { kind: "text", title, text: text.trim(), top: 0, enter: { deed: true, says: "go on" } } as const;
    return (await choose(surface, panel, { header: "Lesson", esc: "leave" })) ?? false;
  }
  context.stdout.write(`\n${readable(text.trim(), context.stdout.columns)}\n`);
  if (context.stdout.isTTY) await ask(context, "\nEnter goes on. ");
  return true;
}

/** One line from the keyboard; "" at its end. */
function ask(context: CliContext, question: string): Promise<string> {
  context.stdout.write(question);
  return new Promise((resolve) => {
    const lines = createInterface({ input: context.stdin, signal: context.signal });
    lines.once("line", (line) => {
      resolve(line.trim());
      lines.close();
    });
    lines.once("close", () => resolve(""));
  });
}

/** @returns 0 when mended, 1 when left or given up */
async function playScenario(context: CliContext, scenario: Scenario, learner: Learner, how: How): Promise<number> {
  const { stdout } = context;
  const engine = await context.engine(how.engine);
  const waiting = await chooseSession(context, scenario, learner, how, engine);
  const onTrouble = (problem: Problem): void => printProblems([problem], context);
  const { log, start } = openPlay(context, scenario, learner, engine, { seed: how.seed, waiting, onTrouble });
  // What reads us through a pipe wants lines of text, not a screen.
  const lines = createPlainLines();
  const show = stdout.isTTY ? stdout.write : (output: string) => stdout.write(lines.hear(output));
  const say = (text: string): void => stdout.write(`${folded(text, stdout.columns)}\n`.replaceAll(/\r?\n/g, "\r\n"));
  const read = (markdown: string): void => say(readable(markdown, stdout.columns).trim());
  try {
    const size = (): TerminalSize => ({ columns: stdout.columns, rows: stdout.rows });
    const session = await start(({ range }) => createLearnerTerminals(range, { size, show, record: log.record }));
    try {
      say(`\n${scenario.text.title} (${scenario.text.codename})\n`);
      read(session.view().ticket);
      say("\nYou are at a shell of your own. A line that begins with a colon speaks to Maildrill: try :help, :goals, :hint.\n");
      if (waiting !== undefined) say(whereText(session.view(), how.engine, beganAgain(log.entries())));
      await session.begin();
      const table = { session, say, read, entries: log.entries };
      if (waiting !== undefined) session.terminals()?.write("\r");
      await playByLines(context, table);
      return session.view().solved ? exit.done : exit.no;
    } finally {
      const stands = await session.leave();
      say(partingText({ view: session.view(), entries: log.entries(), engine, learner, stands }));
    }
  } finally {
    context.stderr.write(saveRest(learner, log));
  }
}

/** Is there one to go on with, and shall it be? Without a keyboard to ask at, it is said and begun anew. */
async function chooseSession(
  context: CliContext,
  scenario: Scenario,
  learner: Learner,
  how: How,
  engine: Engine,
): Promise<Waiting | undefined> {
  const waiting = waitingSession(learner, scenario, engine.id, isAlive);
  const replace = async (): Promise<undefined> => {
    await endWaiting(waiting, engine);
    return undefined;
  };
  if (how.takeUp === false) return replace();
  if (waiting === undefined || how.takeUp === true) return waiting;
  const { stdout } = context;
  const last = waiting.record.entries.at(-1)?.wallMs ?? 0;
  const minutes = Math.round((context.clock.now() - last) / 60_000);
  stdout.write(`You left ${scenario.text.codename} ${minutes} min ago (${waiting.state}).\n`);
  if (waiting.openIn !== undefined) {
    stdout.write(`It is open in another window (process ${waiting.openIn}); this is a new session.\n`);
    return undefined;
  }
  if (!stdout.isTTY) {
    stdout.write("This is a new session; `--resume` goes on with that one.\n");
    return undefined;
  }
  const answer = await ask(context, "Go on with it? [Y/n] ");
  return /^n/i.test(answer) ? replace() : waiting;
}

function whereText({ state, pins, hints, claims }: SessionView, engine: EngineId, isNew: boolean): string {
  const gone = " The range that you had is gone: this is a new one, as it was at the beginning.";
  const range = engine === "embedded" ? "" : isNew ? gone : " So is your range: it went on meanwhile.";
  const kept = `${pins.length} pins, ${hints.length} hints, ${claims.length} diagnoses`;
  return `You are back where you were: ${state}, ${kept}. :pins and :goals show them.${range}\n`;
}
