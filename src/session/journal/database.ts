import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "libsql";
import { type Problem, ProblemError } from "../../base/problem.ts";

/** How long a process waits for another one that writes; it stands still meanwhile. */
const patienceMs = 2000;

/** What each version of the schema adds to the one before. Never edited, only continued: files of every version are out there. */
export const migrations: readonly string[] = [
  `create table session (id text primary key, learner text not null) strict;
   create table entry (
     session text not null references session (id),
     sequence integer not null,
     wall_ms real not null,
     range_ms real,
     actor text not null,
     event text not null,
     primary key (session, sequence)
   ) strict;
   create trigger entry_is_kept before delete on entry begin select raise(abort, 'the journal is append-only'); end;
   create trigger entry_stays before update on entry begin select raise(abort, 'the journal is append-only'); end;`,
  // A session's machine as it stood after an entry: saves the fold over a long journal.
  `create table snapshot (
     session text primary key references session (id),
     sequence integer not null,
     state text not null
   ) strict;`,
];

/**
 * Opens a journal's file, makes it where there is none, and brings an older one up to date.
 * @throws ProblemError `journal-...` for a file that is no journal, is damaged, newer than this build, or cannot be reached; it is left as it is
 */
export function openDatabase(path: string, steps: readonly string[] = migrations, timeout = patienceMs): Database.Database {
  return orProblem(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new Database(path, { timeout });
    try {
      // FULL: what was written survives a power cut too, not only the end of this process.
      database.pragma("journal_mode = WAL");
      database.pragma("synchronous = FULL");
      database.pragma("foreign_keys = ON");
      migrate(database, path, steps);
      chmodSync(path, 0o600);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

function migrate(database: Database.Database, path: string, steps: readonly string[]): void {
  if (versionOf(database) === steps.length) return;
  // Another process may be at it: only who holds the write lock may look.
  database.exec("begin immediate");
  try {
    const version = versionOf(database);
    if (version > steps.length) throw new ProblemError(tooNew(path, version, steps.length));
    for (const step of steps.slice(version)) database.exec(step);
    database.exec(`pragma user_version = ${steps.length}`);
    database.exec("commit");
  } catch (error) {
    database.exec("rollback");
    throw error;
  }
}

function versionOf(database: Database.Database): number {
  return (database.prepare("pragma user_version").get() as { user_version: number }).user_version;
}

function tooNew(path: string, version: number, known: number): Problem {
  return {
    code: "journal-too-new",
    message: `This journal was written by a newer Maildrill (schema ${version}, this one knows ${known}).`,
    where: { file: path },
    hint: "Use the newer Maildrill, or another file: --journal FILE. Nothing in it was changed.",
  };
}

/** Does work on a journal's file; what the database or the file system refuses is said as a Problem. */
export function orProblem<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    const problem = problemOf(error as Error & { readonly code?: unknown }, path);
    if (problem === undefined) throw error;
    throw new ProblemError(problem);
  }
}

function problemOf({ code, message }: Error & { readonly code?: unknown }, path: string): Problem | undefined {
  const where = { file: path };
  const name = typeof code === "string" ? code : "";
  if (/^SQLITE_(BUSY|LOCKED)/.test(name)) {
    const hint = "End the program that holds it (fuser names it), then start again. Nothing in it was lost.";
    return { code: "journal-locked", message: "Another program keeps the journal locked.", where, hint };
  }
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(name)) {
    const hint =
      "Move it aside and start again; a copy that was exported is brought back by `maildrill progress import`. It was not changed.";
    return { code: "journal-broken", message: `The journal cannot be read: ${message}.`, where, hint };
  }
  if (/^(SQLITE_(FULL|READONLY|CANTOPEN|IOERR|PERM)|E[A-Z]+$)/.test(name) || message.startsWith("ConnectionFailed")) {
    const hint = "Make room or give yourself the right to write there, or name another file: --journal FILE.";
    return { code: "journal-unreachable", message: `The journal cannot be opened or written: ${message}.`, where, hint };
  }
  return undefined;
}
