import { writeFileSync } from "node:fs";
import type { Problem } from "../base/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { JournalEvent, SessionRecord } from "../session/journal/entry.ts";
import { writeExport } from "../session/journal/transfer.ts";
import { learnerMachine } from "../session/learner-machine.ts";
import { createSessionLog, type SessionLog } from "../session/session-log.ts";
import type { CliContext } from "./context.ts";
import type { Learner } from "./learner.ts";

export interface LogWish extends Pick<Extract<JournalEvent, { type: "started" }>, "engine" | "seed" | "kept"> {
  /** A session that is taken up again; a new one is begun where it is not given. */
  readonly past?: SessionRecord;
  /** The range's clock; null while there is no range. */
  readonly rangeNow: () => number | null;
  /** The journal fails us. */
  readonly onTrouble: (problem: Problem) => void;
}

/** Opens a learner's session of a scenario in their journal. */
export function openSessionLog(
  context: CliContext,
  { text }: Scenario,
  { name, journal }: Learner,
  { past, rangeNow, onTrouble, engine, seed, kept }: LogWish,
): SessionLog {
  const asksForDiagnosis = text.diagnosis !== undefined;
  const log = createSessionLog({
    journal,
    id: past?.id ?? journal.open(name),
    machine: learnerMachine(asksForDiagnosis),
    past: past?.entries ?? [],
    wall: context.clock,
    rangeNow,
    onTrouble,
  });
  if (past === undefined) {
    const how = { seed, engine, asksForDiagnosis, pid: context.node.pid, ...(kept === true ? { kept } : {}) };
    log.record({ type: "started", codename: text.codename, ...how });
  }
  return log;
}

/** What the journal would not take is kept in a file beside it. @returns what to tell of it; "" where there was nothing */
export function saveRest({ name, journal }: Learner, log: SessionLog): string {
  if (log.flush().length === 0) return "";
  const file = `${journal.path}.${log.id}.json`;
  writeFileSync(file, writeExport([{ id: log.id, learner: name, entries: [...log.entries()] }]), { mode: 0o600 });
  return `This session is kept in ${file}: \`maildrill progress import ${file}\` brings it into the journal.\n`;
}
