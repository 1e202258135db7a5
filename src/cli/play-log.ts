import { writeFileSync } from "node:fs";
import type { Problem } from "../base/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { writeExport } from "../session/journal/transfer.ts";
import { learnerMachine } from "../session/learner-machine.ts";
import { createSessionLog, type SessionLog } from "../session/session-log.ts";
import type { EngineId } from "../world/engine.ts";
import type { CliContext } from "./context.ts";
import type { Learner } from "./learner.ts";
import type { Waiting } from "./play-session-choice.ts";

/** Opens the journal of a new session, or of one that waits. @param rangeNow the range's clock; null while there is none */
export function openLog(
  context: CliContext,
  { text }: Scenario,
  { name, journal }: Learner,
  { engine, seed }: { readonly engine: EngineId; readonly seed: number },
  waiting: Waiting | undefined,
  { rangeNow, onTrouble }: { readonly rangeNow: () => number | null; readonly onTrouble: (problem: Problem) => void },
): SessionLog {
  const asksForDiagnosis = text.diagnosis !== undefined;
  const log = createSessionLog({
    journal,
    id: waiting?.record.id ?? journal.open(name),
    machine: learnerMachine(asksForDiagnosis),
    past: waiting?.record.entries ?? [],
    wall: context.clock,
    rangeNow,
    onTrouble,
  });
  if (waiting === undefined) {
    log.record({ type: "started", codename: text.codename, seed, engine, asksForDiagnosis, pid: context.node.pid });
  }
  return log;
}

/** What the journal would not take is kept in a file beside it. */
export function saveRest(context: CliContext, { name, journal }: Learner, log: SessionLog): void {
  if (log.flush().length === 0) return;
  const file = `${journal.path}.${log.id}.json`;
  writeFileSync(file, writeExport([{ id: log.id, learner: name, entries: [...log.entries()] }]), { mode: 0o600 });
  context.stderr.write(`This session is kept in ${file}: \`maildrill progress import ${file}\` brings it into the journal.\n`);
}
