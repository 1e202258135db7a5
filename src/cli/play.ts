import { createInterface } from "node:readline";
import type { ReadStream } from "node:tty";
import { dialects } from "../daemons/registry.ts";
import { catalogue } from "../scenario/catalogue.ts";
import type { Library } from "../scenario/load-library.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { setStage } from "../scenario/stage.ts";
import { createLearnerTerminals, type LearnerTerminals } from "../session/learner-terminals.ts";
import { createPlaySession, firstHost } from "../session/play-session.ts";
import type { EngineId } from "../world/engine.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { chooseScenario, engineId, openLibrary, wholeNumber } from "./library.ts";
import { openLabs } from "./list.ts";
import { type PlayTable, runWord } from "./play-words.ts";
import { folded, readable } from "./reading.ts";

/** `maildrill play`: the ticket, real shells on your hosts, and colon commands to Maildrill. Works by lines through a pipe too. */
export const play: CliCommand = {
  define: (command) => {
    command
      .argument("<scenario|lab>", "a codename, or a lab")
      .option("--engine <engine>", "embedded or docker", "embedded")
      .option("--seed <n>", "whose names are drawn", "0")
      .option("--plain", "line by line, also in a terminal");
  },
  run: async (context, [name], options) => {
    const seed = wholeNumber(options.seed, "--seed", 0);
    const how = { engine: engineId(options.engine), seed, plain: options.plain === true };
    return playNamed(context, openLibrary(context), String(name), how);
  },
};

/** With a terminal and no arguments: which one shall it be? */
export async function playHome(context: CliContext, library: Library): Promise<number> {
  const chosen = await ask(context, "\nWhich one? ");
  return chosen === "" ? exit.done : playNamed(context, library, chosen, { engine: "embedded", seed: 0, plain: false });
}

/** A scenario, or a lab from its first lesson to its last scenario. */
async function playNamed(context: CliContext, library: Library, name: string, how: How): Promise<number> {
  const lab = openLabs(context, library).labs.find(({ id, title }) => id === name || title.toLowerCase() === name.toLowerCase());
  if (lab === undefined) return playScenario(context, chooseScenario(library, name), how);
  for (const step of lab.steps) {
    if (step.kind === "read") {
      context.stdout.write(`\n${readable(step.text.trim(), context.stdout.columns)}\n`);
      if (context.stdout.isTTY) await ask(context, "\nEnter goes on. ");
      continue;
    }
    const code = await playScenario(context, chooseScenario(library, step.scenario), how);
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

interface How {
  readonly engine: EngineId;
  readonly seed: number;
  readonly plain: boolean;
}

/** @returns 0 when mended, 1 when left or given up */
async function playScenario(context: CliContext, scenario: Scenario, { engine, seed, plain }: How): Promise<number> {
  const { stdout } = context;
  const stage = await setStage(scenario, await context.engine(engine), catalogue, { seed, signal: context.signal });
  const session = createPlaySession(stage, dialects);
  const terminals = createLearnerTerminals(stage.range, () => ({ columns: stdout.columns, rows: 24 }), stdout.write);
  const say = (text: string): void => stdout.write(`${folded(text, stdout.columns)}\n`.replaceAll(/\r?\n/g, "\r\n"));
  const read = (markdown: string): void => say(readable(markdown, stdout.columns).trim());
  try {
    say(`\n${scenario.text.title} (${scenario.text.codename})\n`);
    read(stage.compiled.ticket);
    say("\nYou are at a shell of your own. A line that begins with a colon speaks to Maildrill: try :help, :goals, :hint.\n");
    session.begin();
    await terminals.goTo(firstHost(stage));
    const table = { session, terminals, say, read };
    const raw = !plain && stdout.isTTY && "setRawMode" in context.stdin;
    await (raw ? playByKeys(context, table) : playByLines(context, table));
    return session.solved() ? exit.done : exit.no;
  } finally {
    terminals.close();
    await stage.range.down();
  }
}

/** Keys go to the shell as they come, except a colon at the prompt: it begins a line to Maildrill. */
function playByKeys({ stdin, stdout, signal }: CliContext, table: PlayTable): Promise<void> {
  const keyboard = stdin as ReadStream;
  let line: string | undefined;
  return new Promise((resolve) => {
    const leave = (): void => {
      keyboard.setRawMode(false);
      keyboard.removeListener("data", onKeys);
      keyboard.removeListener("end", leave);
      keyboard.pause();
      resolve();
    };
    const finishLine = async (typed: string): Promise<void> => {
      stdout.write("\r\n");
      if (await runWord(table, typed)) leave();
      else table.terminals.write("\r");
    };
    const onKeys = (keys: string): void => {
      for (const key of keys) {
        if (line === undefined && key === ":" && table.terminals.atPrompt()) {
          line = "";
          stdout.write(":");
        } else if (line === undefined) table.terminals.write(key);
        else if (key === "\r") {
          const typed = line;
          line = undefined;
          void finishLine(typed);
        } else if (key === "\u0003" || (key === "\u007f" && line === "")) {
          line = undefined;
          table.terminals.write("\r");
        } else if (key === "\u007f") {
          line = line.slice(0, -1);
          stdout.write("\b \b");
        } else {
          line += key;
          stdout.write(key);
        }
      }
    };
    keyboard.setRawMode(true);
    keyboard.setEncoding("utf8");
    keyboard.on("data", onKeys);
    keyboard.once("end", leave);
    keyboard.resume();
    signal.addEventListener("abort", leave, { once: true });
  });
}

/** A shell that shows no prompt after so long runs a program that reads our lines. */
const patienceMs = 400;

/** Each line is handed over when the shell, or the program that runs in it, waits for one. */
async function playByLines({ stdin, clock, signal, stdout }: CliContext, table: PlayTable): Promise<void> {
  for await (const line of createInterface({ input: stdin, signal })) {
    if (signal.aborted) return;
    await untilPrompt(table.terminals, clock);
    if (line.startsWith(":") && table.terminals.atPrompt()) {
      stdout.write(`${line}\n`);
      if (await runWord(table, line.slice(1))) return;
      table.terminals.write("\r");
    } else table.terminals.write(`${line}\r`);
  }
  await untilPrompt(table.terminals, clock);
}

function untilPrompt(terminals: LearnerTerminals, clock: CliContext["clock"]): Promise<void> {
  const startedAtMs = clock.now();
  return new Promise((resolve) => {
    const look = (): void => {
      if (terminals.atPrompt() || clock.now() - startedAtMs > patienceMs) resolve();
      else clock.setTimeout(look, 10);
    };
    look();
  });
}
