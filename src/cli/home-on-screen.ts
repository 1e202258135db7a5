import { ProblemError } from "../base/problem.ts";
import type { Library } from "../scenario/load-library.ts";
import { progressOf, type ScenarioProgress } from "../session/journal/progress.ts";
import { choose } from "../tui/choose.tsx";
import type { Item, ListPanel } from "../tui/panel/panel.ts";
import type { Surface } from "../tui/surface.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import type { Learner } from "./learner.ts";
import { codenamesOf, openLabs } from "./list.ts";
import { progressText } from "./progress.ts";

/** What can be taken on the home screen. */
type Taken = { readonly play: string } | "progress" | "quit";

const header = "Maildrill  a flight simulator for mail";

/** The home screen, until the learner leaves. @param play plays a scenario or lab by its name, on the same screen */
export async function homeOnScreen(
  surface: Surface,
  context: CliContext,
  library: Library,
  learner: Learner,
  play: (name: string) => Promise<number>,
): Promise<number> {
  let at = 0;
  while (!context.signal.aborted) {
    const panel: ListPanel<Taken> = { ...homePanel(context, library, learner), at };
    const taken = await choose(surface, panel, { header, esc: "leave" });
    if (taken === undefined || taken === "quit") return exit.done;
    at = Math.max(
      0,
      panel.items.findIndex(({ deed }) => deed === taken),
    );
    if (taken === "progress") await read(surface, "Your progress", progressBody(learner));
    else await played(surface, () => play(taken.play));
  }
  return exit.interrupted;
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

async function read(surface: Surface, title: string, text: string): Promise<void> {
  await choose(surface, { kind: "text", title, text, top: 0 }, { header, esc: "back" });
}

/** Pure but for the labs, which are read from disk. */
export function homePanel(context: Pick<CliContext, "home">, library: Library, learner: Learner): ListPanel<Taken> {
  const known = new Map(
    progressOf(learner.journal.sessions(learner.name)).flatMap(({ scenarios }) =>
      scenarios.map((scenario) => [scenario.codename, scenario]),
    ),
  );
  const byDifficulty = [...library.scenarios].sort(
    (left, right) => left.text.difficulty - right.text.difficulty || left.text.minutes - right.text.minutes,
  );
  const width = Math.max(...byDifficulty.map(({ text }) => text.codename.length), 8);
  const scenarios = byDifficulty.map(({ text: { codename, title, summary, difficulty, minutes } }): Item<Taken> => {
    const level = `${"*".repeat(difficulty)}${".".repeat(5 - difficulty)}`;
    return {
      label: `${stateOf(known.get(codename)).padEnd(6)} ${codename.padEnd(width)}  ${level}  ${String(minutes).padStart(3)} min  ${title}`,
      detail: summary,
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
  const items: Item<Taken>[] = [
    ...under("Labs", labs),
    ...under("Scenarios", scenarios),
    ...under("You", [
      { label: "How you did so far", deed: "progress" },
      { label: "Leave", deed: "quit" },
    ]),
  ];
  return { kind: "list", title: "What shall it be?", about: "", items, at: 0 };
}

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
