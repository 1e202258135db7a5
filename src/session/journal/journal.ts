import { isDeepStrictEqual } from "node:util";
import type Database from "libsql";
import { type Problem, ProblemError } from "../../base/problem.ts";
import { openDatabase, orProblem } from "./database.ts";
import { type JournalEntry, journalEvent, type SessionRecord } from "./entry.ts";

/** What is written at once: an entry that has no number yet. */
export type NewEntry = Omit<JournalEntry, "sequence">;

/** A session's machine as it stood after an entry. */
export interface StoredSnapshot {
  readonly sequence: number;
  readonly state: unknown;
}

/** What came of merging another journal into this one. */
export interface Merged {
  readonly sessions: number;
  readonly entries: number;
  /** Sessions that went on differently in both; this journal's own course was kept. */
  readonly parted: readonly string[];
}

/** The append-only record of all sessions on this machine. Every method throws ProblemError `journal-...` when the file fails it. */
export interface Journal {
  readonly path: string;
  /** @returns the new session's id */
  open(learner: string): string;
  /** Writes all of it or nothing; when it returns, it is on the disk. @param state the machine after the last of them */
  append(session: string, entries: readonly NewEntry[], state?: unknown): void;
  /** Sessions in the order in which they were begun, of one learner or of all. */
  sessions(learner?: string): SessionRecord[];
  snapshot(session: string): StoredSnapshot | undefined;
  /** Takes in what is not here yet; doing it twice changes nothing. */
  merge(records: readonly SessionRecord[]): Merged;
  close(): void;
}

interface EntryRow {
  readonly session: string;
  readonly learner: string;
  readonly sequence: number;
  readonly wall_ms: number;
  readonly range_ms: number | null;
  readonly actor: string;
  readonly event: string;
}

/** @param patienceMs how long to wait for another process that writes. @throws ProblemError as `openDatabase` does */
export function openJournal(path: string, patienceMs?: number): Journal {
  const database = openDatabase(path, undefined, patienceMs);
  const sql = orProblem(path, () => statementsOf(database));
  const inTransaction = <T>(work: () => T): T => orProblem(path, () => transaction(database, work));
  return {
    path,
    open: (learner) =>
      inTransaction(() => {
        const { id } = sql.newId.get() as { id: string };
        sql.addSession.run(id, learner);
        return id;
      }),
    append: (session, entries, state) =>
      inTransaction(() => {
        for (const entry of entries)
          sql.appendEntry.run(session, entry.wallMs, entry.rangeMs, entry.actor, JSON.stringify(entry.event), session);
        if (state !== undefined) sql.keepSnapshot.run(session, JSON.stringify(state), session);
      }),
    sessions: (learner) => orProblem(path, () => recordsOf(path, sql.entries.all() as EntryRow[], learner)),
    snapshot: (session) =>
      orProblem(path, () => {
        const row = sql.snapshot.get(session) as { sequence: number; state: string } | undefined;
        return row === undefined ? undefined : { sequence: row.sequence, state: JSON.parse(row.state) as unknown };
      }),
    merge: (records) => inTransaction(() => merge(sql, records)),
    close: () => {
      // Leaves one file that can be copied. Where another process has it open, that one does it.
      orProblem(path, () => database.pragma("wal_checkpoint(TRUNCATE)"));
      database.close();
    },
  };
}

type Statements = ReturnType<typeof statementsOf>;

function statementsOf(database: Database.Database) {
  return {
    newId: database.prepare("select lower(hex(randomblob(8))) as id"),
    addSession: database.prepare("insert into session values (?, ?)"),
    knowSession: database.prepare("insert or ignore into session values (?, ?)"),
    appendEntry: database.prepare("insert into entry select ?, coalesce(max(sequence), 0) + 1, ?, ?, ?, ? from entry where session = ?"),
    putEntry: database.prepare("insert into entry values (?, ?, ?, ?, ?, ?)"),
    entryAt: database.prepare("select wall_ms, range_ms, actor, event from entry where session = ? and sequence = ?"),
    keepSnapshot: database.prepare("insert or replace into snapshot select ?, max(sequence), ? from entry where session = ?"),
    snapshot: database.prepare("select sequence, state from snapshot where session = ?"),
    entries: database.prepare(
      "select entry.*, learner from entry join session on session.id = entry.session order by session.rowid, sequence",
    ),
  };
}

function transaction<T>(database: Database.Database, work: () => T): T {
  database.exec("begin immediate");
  try {
    const value = work();
    database.exec("commit");
    return value;
  } catch (error) {
    if (database.inTransaction) database.exec("rollback");
    throw error;
  }
}

function recordsOf(path: string, rows: readonly EntryRow[], learner: string | undefined): SessionRecord[] {
  const records = new Map<string, SessionRecord>();
  for (const row of rows) {
    if (learner !== undefined && row.learner !== learner) continue;
    const record = records.get(row.session) ?? { id: row.session, learner: row.learner, entries: [] };
    records.set(row.session, record);
    const event = journalEvent.safeParse(JSON.parse(row.event));
    if (!event.success) throw new ProblemError(unreadable(path, row));
    record.entries.push({ sequence: row.sequence, wallMs: row.wall_ms, rangeMs: row.range_ms, actor: row.actor, event: event.data });
  }
  return [...records.values()];
}

function unreadable(path: string, { session, sequence }: EntryRow): Problem {
  return {
    code: "journal-broken",
    message: `Entry ${sequence} of session ${session} is none that this Maildrill knows.`,
    where: { file: path },
    hint: "Was it written by another version? Use that one, or another file: --journal FILE. Nothing in it was changed.",
  };
}

function merge(sql: Statements, records: readonly SessionRecord[]): Merged {
  let sessions = 0;
  let entries = 0;
  const parted: string[] = [];
  for (const { id, learner, entries: theirs } of records) {
    sessions += sql.knowSession.run(id, learner).changes;
    for (const entry of theirs) {
      const event = JSON.stringify(entry.event);
      const own = sql.entryAt.get(id, entry.sequence) as Omit<EntryRow, "session" | "learner" | "sequence"> | undefined;
      if (own === undefined) {
        sql.putEntry.run(id, entry.sequence, entry.wallMs, entry.rangeMs, entry.actor, event);
        entries++;
      } else if (!isDeepStrictEqual(JSON.parse(own.event), entry.event) || own.wall_ms !== entry.wallMs) {
        // From here on the two tell different stories; a mixture would tell neither.
        parted.push(id);
        break;
      }
    }
  }
  return { sessions, entries, parted };
}
