import { createInterface } from "node:readline";
import { dialects } from "../daemons/registry.ts";
import { catalogue } from "../scenario/catalogue.ts";
import type { Library } from "../scenario/load-library.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Stage, setStage } from "../scenario/stage.ts";
import { startOf } from "../session/journal/progress.ts";
import { createLearnerTerminals } from "../session/learner-terminals.ts";
import { createPlainLines } from "../session/plain-lines.ts";
import { startPlaySession } from "../session/play-session.ts";
import type { SessionView } from "../session/session-view.ts";
import type { Engine, EngineId } from "../world/engine.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { defineLearner, type Learner, openLearner } from "./learner.ts";
import { chooseScenario, engineId, openLibrary, wholeNumber } from "./library.ts";
import { openLabs } from "./list.ts";
import { playByKeys, playByLines } from "./play-input.ts";
import { isAlive, type Waiting, waitingSession } from "./play-session-choice.ts";
import { folded, readable } from "./reading.ts";
import { openSessionLog, saveRest } from "./session-file.ts";
import { beganAgain, standingOf, standsText } from "./standing-range.ts";

/** `maildrill play`: the ticket, real shells on your hosts, and colon commands to Maildrill. Works by lines through a pipe too. */
export const play: CliCommand = {
  define: (command) => {
    command
      .argument("<scenario|lab>", "a codename, or a lab")
      .option("--engine <engine>", "embedded or docker", "embedded")
      .option("--seed <n>", "whose names are drawn", "0")
      .option("--plain", "line by line, also in a terminal")
      .option("--resume", "go on where you left it")
      .option("--new", "begin anew, whatever you left; on docker the range that waits for it goes");
    defineLearner(command);
  },
  run: async (context, [name], options) => {
    const how = {
      engine: engineId(options.engine),
      seed: wholeNumber(options.seed, "--seed", 0),
      plain: options.plain === true,
      ...(options.resume === true ? { takeUp: true } : options.new === true ? { takeUp: false } : {}),
    };
    return withLearner(context, options, (learner) => playNamed(context, openLibrary(context), String(name), learner, how));
  },
};

/** With a terminal and no arguments: which one shall it be? */
export async function playHome(context: CliContext, library: Library): Promise<number> {
  const chosen = await ask(context, "\nWhich one? ");
  if (chosen === "") return exit.done;
  return withLearner(context, {}, (learner) => playNamed(context, library, chosen, learner, { engine: "embedded", seed: 0, plain: false }));
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
  readonly plain: boolean;
  /** Go on with a session that waits; asked where it is not given. */
  readonly takeUp?: boolean;
}

/** A scenario, or a lab from its first lesson to its last scenario. */
async function playNamed(context: CliContext, library: Library, name: string, learner: Learner, how: How): Promise<number> {
  const lab = openLabs(context, library).labs.find(({ id, title }) => id === name || title.toLowerCase() === name.toLowerCase());
  if (lab === undefined) return playScenario(context, chooseScenario(library, name), learner, how);
  for (const step of lab.steps) {
    if (step.kind === "read") {
      context.stdout.write(`\n${readable(step.text.trim(), context.stdout.columns)}\n`);
      if (context.stdout.isTTY) await ask(context, "\nEnter goes on. ");
      continue;
    }
    const code = await playScenario(context, chooseScenario(library, step.scenario), learner, how);
    if (code !== exit.done) return code;
  }
  return exit.done;
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
  const { stdout, signal } = context;
  const engine = await context.engine(how.engine);
  const waiting = await chooseSession(context, scenario, learner, how, engine);
  const seed = (waiting && startOf(waiting.record)?.seed) ?? how.seed;
  let stage: Stage | null = null;
  const log = openSessionLog(context, scenario, learner, {
    engine: how.engine,
    seed,
    ...(waiting === undefined ? {} : { past: waiting.record }),
    rangeNow: () => stage?.range.time.now() ?? null,
  });
  const raw = !how.plain && stdout.isTTY && "setRawMode" in context.stdin;
  // What reads us through a pipe wants lines of text, not a screen.
  const lines = createPlainLines();
  const show = stdout.isTTY ? stdout.write : (output: string) => stdout.write(lines.hear(output));
  const say = (text: string): void => stdout.write(`${folded(text, stdout.columns)}\n`.replaceAll(/\r?\n/g, "\r\n"));
  const read = (markdown: string): void => say(readable(markdown, stdout.columns).trim());
  try {
    const session = await startPlaySession({
      log,
      canReplay: how.engine === "embedded",
      dialects,
      pid: context.node.pid,
      build: () => setStage(scenario, engine, catalogue, { seed, signal }),
      ...standingOf(log.id, scenario, engine, { seed, signal }),
      openTerminals: ({ range }) =>
        createLearnerTerminals(range, {
          size: () => ({ columns: stdout.columns, rows: stdout.rows }),
          show,
          record: log.record,
        }),
      onStage: (now) => {
        stage = now;
      },
    });
    try {
      say(`\n${scenario.text.title} (${scenario.text.codename})\n`);
      read(session.view().ticket);
      say("\nYou are at a shell of your own. A line that begins with a colon speaks to Maildrill: try :help, :goals, :hint.\n");
      if (waiting !== undefined) say(whereText(session.view(), how.engine, beganAgain(log.entries())));
      await session.begin();
      const table = { session, say, read, entries: log.entries };
      if (waiting !== undefined) session.terminals()?.write("\r");
      await (raw ? playByKeys(context, table) : playByLines(context, table));
      return session.view().solved ? exit.done : exit.no;
    } finally {
      if (await session.leave()) say(standsText(engine));
    }
  } finally {
    saveRest(context, learner, log);
  }
}

/** Is there one to go on with, and shall it be? Without a keyboard to ask at, it is said and begun anew. */
async function chooseSession(
  context: CliContext,
  scenario: Scenario,
  learner: Learner,
  how: How,
  { standing }: Engine,
): Promise<Waiting | undefined> {
  const waiting = waitingSession(learner, scenario, how.engine, isAlive);
  /** Its range is not needed any more; one that is open in another window goes on. */
  const replace = async (): Promise<undefined> => {
    if (waiting !== undefined && waiting.openIn === undefined) await standing?.remove(waiting.record.id);
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
