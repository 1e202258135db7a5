import { isDeepStrictEqual } from "node:util";
import { ProblemError } from "../base/problem.ts";
import type { Library } from "../scenario/load-library.ts";
import { progressOf, type ScenarioProgress } from "../session/journal/progress.ts";
import { choose } from "../tui/choose.tsx";
import type { Item, ListPanel } from "../tui/panel/panel.ts";
import type { Surface } from "../tui/surface.ts";
import type { EngineId } from "../world/engine.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import type { Learner } from "./learner.ts";
import { dockerAnswers } from "./leftovers.ts";
import { codenamesOf, openLabs } from "./list.ts";
import { isAlive, leftAgo, waitingAmong } from "./play-session-choice.ts";
import { progressText } from "./progress.ts";

/** What can be taken on the home screen. */
type Taken = { readonly play: string } | { readonly goOn: string; readonly engine: EngineId } | "progress" | "keys" | "quit";

/** What is played is played so. */
type PlayHow = { readonly engine: EngineId; readonly takeUp?: boolean };

/** What the home screen is made of. */
export interface Home {
  readonly context: Pick<CliContext, "home" | "clock">;
  readonly library: Library;
  readonly learner: Learner;
  /** A Docker engine answers. */
  readonly docker: boolean;
}

const header = "Maildrill  a flight simulator for mail";

/** The home screen, until the learner leaves. @param play plays a scenario or lab by its name, on the same screen */
export async function homeOnScreen(
  surface: Surface,
  context: CliContext,
  library: Library,
  learner: Learner,
  play: (name: string, how: PlayHow) => Promise<number>,
): Promise<number> {
  let last: Taken | undefined;
  let engine: EngineId = "embedded";
  while (!context.signal.aborted) {
    const docker = await dockerAnswers(context);
    const panel = homePanel({ context, library, learner, docker });
    const at = Math.max(
      0,
      panel.items.findIndex(({ deed }) => isDeepStrictEqual(deed, last)),
    );
    const taken = await choose(surface, { ...panel, at }, { header, esc: "leave", keys: "keys" });
    if (taken === undefined || taken === "quit") return exit.done;
    if (taken === "keys") {
      await read(surface, "Maildrill", helpText);
      continue;
    }
    last = taken;
    if (taken === "progress") await read(surface, "Your progress", progressBody(learner));
    else if ("goOn" in taken) {
      last = { play: taken.goOn };
      await played(surface, () => play(taken.goOn, { engine: taken.engine, takeUp: true }));
    } else {
      const chosen: EngineId | undefined = docker
        ? await chooseEngine(surface, enginesOf(taken.play, context, library), engine)
        : "embedded";
      if (chosen === undefined) continue;
      engine = chosen;
      await played(surface, () => play(taken.play, { engine: chosen }));
    }
  }
  return exit.interrupted;
}

/** Where a scenario, or all of a lab, can be played. */
function enginesOf(name: string, context: Pick<CliContext, "home">, library: Library): EngineId[] {
  const lab = openLabs(context, library).labs.find(({ id }) => id === name);
  const codenames = lab === undefined ? [name] : codenamesOf(lab, library);
  const claimed = library.scenarios.filter(({ text }) => codenames.includes(text.codename)).map(({ text }) => text.engines);
  return (["embedded", "docker"] as const).filter((engine) => claimed.every((engines) => engines.includes(engine)));
}

/** Asked where there is something to choose. @returns undefined when the learner goes back */
async function chooseEngine(surface: Surface, engines: readonly EngineId[], before: EngineId): Promise<EngineId | undefined> {
  if (engines.length < 2) return engines[0] ?? "embedded";
  const items: Item<EngineId>[] = [
    { label: "Simulated, in this program", key: "s", detail: "It is there at once, and time can be made to pass.", deed: "embedded" },
    {
      label: "Real programs, on Docker",
      key: "d",
      detail: "Postfix, BIND, Dovecot and others in containers without a way out. They take a while to start, and time is real.",
      deed: "docker",
    },
  ];
  const at = items.findIndex(({ deed }) => deed === before);
  const about = "The same hosts, the same ticket; the commands that you type are the same.";
  return choose(surface, { kind: "list", title: "Where shall it run?", about, items, at }, { header, esc: "back" });
}

/** A scenario that cannot be started is told of, and one is home again. */
async function played(surface: Surface, play: () => Promise<number>): Promise<void> {
  try {
    await play();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    await read(surface, "That did not work", error.problems.map(({ message, hint }) => `${message}\n\n${hint ?? ""}`).join("\n\n"));
  }
}

const helpText = `Maildrill builds a small mail internet, breaks something in it, and hands you the ticket of somebody whose mail suffers. You have a shell on each host of your own organisation. Find where mail gets stuck, pin what shows it, say what the cause is, mend it, and answer the ticket.

A scenario is one such ticket; the stars say how difficult it is. A lab is a path through some of them, with reading between. "✓ done" stands at what you have mended, "○ open" at what you left unfinished.

## Keys

- Up and Down choose, Enter takes, Esc or q goes back or leaves
- ? is this page
- in a scenario: F1 or Ctrl-G lists all keys; every other key goes to the shell

## Without this screen

\`maildrill help\` lists the commands: \`play\` a scenario by its name, \`demo\` to watch one mended, \`progress\`, and more.`;

async function read(surface: Surface, title: string, text: string): Promise<void> {
  await choose(surface, { kind: "text", title, text, top: 0 }, { header, esc: "back" });
}

/** Pure but for the labs, which are read from disk. */
export function homePanel({ context, library, learner, docker }: Home): ListPanel<Taken> {
  const records = learner.journal.sessions(learner.name);
  const known = new Map(progressOf(records).flatMap(({ scenarios }) => scenarios.map((scenario) => [scenario.codename, scenario])));
  const byDifficulty = [...library.scenarios].sort(
    (left, right) => left.text.difficulty - right.text.difficulty || left.text.minutes - right.text.minutes,
  );
  const width = Math.max(...byDifficulty.map(({ text }) => text.codename.length), 8);
  const scenarios = byDifficulty.map(({ text: { codename, title, summary, difficulty, minutes } }): Item<Taken> => {
    const level = `${"*".repeat(difficulty)}${".".repeat(5 - difficulty)}`;
    return {
      label: `${stateOf(known.get(codename)).padEnd(6)} ${codename.padEnd(width)}  ${level}  ${String(minutes).padStart(3)} min  ${title}`,
      detail: `${summary} (Difficulty ${difficulty} of 5.)`,
      deed: { play: codename },
    };
  });
  const labs = openLabs(context, library).labs.map(
    (lab): Item<Taken> => ({
      label: lab.title,
      detail: `${lab.summary} It holds ${codenamesOf(lab, library).join(", then ")}, with a lesson before each.`,
      deed: { play: lab.id },
    }),
  );
  const waiting = byDifficulty.flatMap((scenario) =>
    (["embedded", "docker"] as const).flatMap((engine): Item<Taken>[] => {
      const waits = waitingAmong(records, scenario, engine, isAlive);
      if (waits === undefined || waits.openIn !== undefined) return [];
      const { codename, title } = scenario.text;
      const label = `○ ${codename.padEnd(width)}  ${engineWords[engine].padEnd(9)}  ${waits.state}, left ${leftAgo(waits, context.clock.now())}`;
      return [{ label, detail: `${title}: go on where you left it.`, deed: { goOn: codename, engine } }];
    }),
  );
  const items: Item<Taken>[] = [
    ...under("Go on", waiting),
    ...under("Labs", labs),
    ...under("Scenarios", scenarios),
    ...under("You", [
      { label: "How you did so far", deed: "progress" },
      { label: "Leave", deed: "quit" },
    ]),
  ];
  const about = docker
    ? "A Docker engine answers: a scenario plays simulated or on real programs, as you like."
    : "No Docker engine answers: scenarios play simulated, in this program.";
  return { kind: "list", title: "What shall it be?", about, items, at: 0 };
}

const engineWords: Readonly<Record<EngineId, string>> = { embedded: "simulated", docker: "on Docker" };

function under(heading: string, [first, ...rest]: readonly Item<Taken>[]): Item<Taken>[] {
  return first === undefined ? [] : [{ ...first, heading }, ...rest];
}

function stateOf(progress: ScenarioProgress | undefined): string {
  if (progress === undefined) return "";
  if (progress.done) return "✓ done";
  return progress.attempts.some(({ outcome }) => outcome === "unfinished") ? "○ open" : "";
}

function progressBody({ name, journal }: Learner): string {
  const told = progressOf(journal.sessions(name)).map(progressText).join("\n");
  return told === "" ? `${name} has played nothing yet.` : `\`\`\`\n${told}\`\`\``;
}
