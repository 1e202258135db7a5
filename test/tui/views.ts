import { openEmbeddedEngine } from "../../src/engines/embedded/standard.ts";
import { catalogue } from "../../src/scenario/catalogue.ts";
import type { CompiledScenario } from "../../src/scenario/compile.ts";
import { loadLibrary, readScenarioFiles } from "../../src/scenario/load-library.ts";
import { compileFor } from "../../src/scenario/stage.ts";
import type { JournalEvent, VerdictItem } from "../../src/session/journal/entry.ts";
import { foldSession, learnerMachine } from "../../src/session/learner-machine.ts";
import { type SessionView, viewOf } from "../../src/session/session-view.ts";
import { openingModel, type PlayModel } from "../../src/tui/play/model.ts";
import { root } from "../laws/source-tree.ts";

export const library = loadLibrary(readScenarioFiles(root), catalogue);

/** A scenario as a learner with this seed gets it. */
export function compiled(codename: string, seed = 0): Promise<CompiledScenario> {
  const scenario = library.scenarios.find(({ text }) => text.codename === codename);
  if (scenario === undefined) throw new Error(`there is no scenario ${codename}`);
  return compileFor(openEmbeddedEngine(), scenario, seed, catalogue);
}

/** The session after these events. */
export function viewAfter(scenario: CompiledScenario, events: readonly JournalEvent[]): SessionView {
  return viewOf(foldSession(learnerMachine(scenario.diagnosis !== undefined), events), scenario);
}

/** Every objective with this verdict, and a guard that does not hold where one is named. */
export function verdicts(scenario: CompiledScenario, status: VerdictItem["status"], brokenGuard = false): VerdictItem[] {
  const evidence = ["sender: Nov 30 08:13:32 mail postfix/smtp[715]: 20B381DE296: status=bounced"];
  const items = scenario.objectives.map(
    ({ id, goal }): VerdictItem => ({ id, kind: "objective", title: goal, status, says: "It came back.", evidence }),
  );
  return brokenGuard
    ? [
        ...items,
        {
          id: "guard",
          kind: "guard",
          title: "letters-kept",
          status: "fail",
          says: "One is lost.",
          tells: "It was waiting.",
          evidence,
        },
      ]
    : items;
}

const pin = { on: "mx1", command: "postqueue -p", text: "-Queue ID-\n877D112EB4C", proofs: [], doubt: "it is a test" } as const;

/** A session in each of its states, by name. */
export function statesOf(scenario: CompiledScenario): Readonly<Record<string, SessionView>> {
  const begun: JournalEvent[] = [{ type: "begin" }];
  const hints = scenario.hints.map((_, index): JournalEvent => ({ type: "hint", index }));
  const known: JournalEvent[] = [...begun, { type: "pin", pinned: { ...pin, proofs: [] } }, ...hints];
  const solved: JournalEvent[] = [...known, { type: "check" }, { type: "judged", solved: true, items: verdicts(scenario, "pass") }];
  const [question] = scenario.objectives.filter((objective) => "question" in objective);
  const answered: JournalEvent[] = question === undefined ? [] : [{ type: "answer", objective: question.id, text: "877D112EB4C" }];
  return {
    briefing: viewAfter(scenario, []),
    begun: viewAfter(scenario, begun),
    "with pins and every hint": viewAfter(scenario, [...known, ...answered]),
    "checked in vain": viewAfter(scenario, [
      ...known,
      { type: "check" },
      { type: "judged", solved: false, items: verdicts(scenario, "fail", true) },
    ]),
    stranded: viewAfter(scenario, [...known, { type: "engine-failed", message: "The engine does not answer." }]),
    closing: viewAfter(scenario, solved),
    debrief: viewAfter(scenario, [...solved, { type: "replied", text: "Done." }]),
  };
}

export function modelOf(view: SessionView, size: PlayModel["size"], change: Partial<PlayModel> = {}): PlayModel {
  return { ...openingModel({ view, engine: "embedded", size, host: "desk", time: "08:14" }), ...change };
}
