import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ProblemError } from "../../../src/base/problem.ts";
import { migrations, openDatabase } from "../../../src/session/journal/database.ts";
import { type NewEntry, openJournal } from "../../../src/session/journal/journal.ts";
import { root } from "../../laws/source-tree.ts";

let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "maildrill-journal-"));
  file = join(folder, "data", "journal.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

const typed = (input: string, wallMs = 0): NewEntry => ({
  wallMs,
  rangeMs: 1.25,
  actor: "learner",
  event: { type: "typed", host: "desk", input },
});
const inputs = (path: string): string[][] => {
  const journal = openJournal(path);
  const found = journal.sessions().map(({ entries }) => entries.map(({ event }) => (event.type === "typed" ? event.input : event.type)));
  journal.close();
  return found;
};
const problemOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0]?.code;
    throw error;
  }
  return undefined;
};

describe("the journal's file", () => {
  it("holds what was written, in order, by session and learner", () => {
    const journal = openJournal(file);
    const [ann, bob] = [journal.open("ann"), journal.open("bob")];
    journal.append(ann, [typed("one"), typed("t\u0000wo 🐟 \ud800")]);
    journal.append(bob, [typed("other")]);
    journal.append(ann, [typed("three")], { value: "mending" });
    expect(journal.sessions().map(({ learner, entries }) => [learner, entries.map(({ sequence }) => sequence)])).toEqual([
      ["ann", [1, 2, 3]],
      ["bob", [1]],
    ]);
    expect(journal.sessions("ann")[0]?.entries[1]?.event).toEqual({ type: "typed", host: "desk", input: "t\u0000wo 🐟 \ud800" });
    expect(journal.snapshot(ann)).toEqual({ sequence: 3, state: { value: "mending" } });
    expect(journal.snapshot(bob)).toBeUndefined();
    journal.close();
  });

  it("belongs to its user alone", () => {
    openJournal(file).close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700);
  });

  it("takes nothing back", () => {
    const journal = openJournal(file);
    journal.append(journal.open("ann"), [typed("one")]);
    journal.close();
    const database = new Database(file);
    expect(() => database.exec("delete from entry")).toThrow("append-only");
    expect(() => database.exec("update entry set actor = 'x'")).toThrow("append-only");
    database.close();
  });

  it("writes all of an append or nothing", () => {
    const journal = openJournal(file);
    const id = journal.open("ann");
    const broken = { ...typed("two"), actor: null as unknown as string };
    expect(() => journal.append(id, [typed("one"), broken])).toThrow();
    journal.append(id, [typed("three")]);
    journal.close();
    expect(inputs(file)).toEqual([["three"]]);
  });

  it("is brought up to date from every version there was", () => {
    for (let version = 1; version < migrations.length; version++) {
      const path = join(folder, `v${version}.db`);
      const old = openDatabase(path, migrations.slice(0, version));
      old.exec("insert into session values ('00000000000000aa', 'ann')");
      old.exec(`insert into entry values ('00000000000000aa', 1, 0, null, 'learner', '{"type":"typed","host":"desk","input":"kept"}')`);
      old.close();
      expect(inputs(path)).toEqual([["kept"]]);
      const journal = openJournal(path);
      journal.append("00000000000000aa", [typed("more")], { value: "briefing" });
      expect(journal.snapshot("00000000000000aa")?.sequence).toBe(2);
      journal.close();
    }
  });

  it("is left as it was when bringing it up to date fails", () => {
    openDatabase(file, migrations.slice(0, 1)).close();
    expect(() => openDatabase(file, [...migrations, "create table nonsense ("])).toThrow();
    const database = new Database(file);
    expect(database.prepare("pragma user_version").get()).toMatchObject({ user_version: 1 });
    database.close();
  });
});

describe("a journal that cannot be used", () => {
  it("is no journal", () => {
    writeFileSync(join(folder, "text"), "Dear diary, today I broke the MX again. ".repeat(200));
    const before = readFileSync(join(folder, "text"));
    expect(problemOf(() => openJournal(join(folder, "text")))).toBe("journal-broken");
    expect(readFileSync(join(folder, "text"))).toEqual(before);
  });

  it("was torn in the middle", () => {
    const journal = openJournal(file);
    journal.append(
      journal.open("ann"),
      Array.from({ length: 500 }, (_, at) => typed(`line ${at} `.repeat(10))),
    );
    journal.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 8192);
    writeFileSync(file, bytes);
    expect(problemOf(() => inputs(file))).toBe("journal-broken");
  });

  it("was written by a newer Maildrill", () => {
    openDatabase(file, [...migrations, "create table later (x)"]).close();
    expect(problemOf(() => openJournal(file))).toBe("journal-too-new");
  });

  it("holds an entry of a kind that is not known", () => {
    openJournal(file).close();
    const database = new Database(file);
    database.exec("insert into session values ('00000000000000aa', 'ann')");
    database.exec(`insert into entry values ('00000000000000aa', 1, 0, null, 'learner', '{"type":"danced"}')`);
    database.close();
    expect(problemOf(() => inputs(file))).toBe("journal-broken");
  });

  it("lies where nobody may write, or is a folder", () => {
    writeFileSync(join(folder, "file"), "");
    expect(problemOf(() => openJournal(join(folder, "file", "journal.db")))).toBe("journal-unreachable");
    mkdirSync(join(folder, "folder"));
    expect(problemOf(() => openJournal(join(folder, "folder")))).toBe("journal-unreachable");
  });

  it("is held by another program", () => {
    const journal = openJournal(file, 100);
    const id = journal.open("ann");
    const other = new Database(file);
    other.exec("begin immediate");
    expect(problemOf(() => journal.append(id, [typed("one")]))).toBe("journal-locked");
    other.exec("rollback");
    other.close();
    journal.append(id, [typed("one")]);
    journal.close();
    expect(inputs(file)).toEqual([["one"]]);
  });
});

/** A program that appends numbered entries to one session and says each number once it is written. */
const writerSource = `
  import { openJournal } from "./src/session/journal/journal.ts";
  const [, , path, count] = process.argv;
  const journal = openJournal(path);
  const id = journal.open("ann");
  for (let at = 0; at < Number(count); at++) {
    journal.append(id, [{ wallMs: at, rangeMs: null, actor: "learner", event: { type: "typed", host: "desk", input: String(at) } }]);
    process.stdout.write(at + "\\n");
  }`;

function startWriter(count: number) {
  const script = join(folder, "writer.cjs");
  buildSync({
    stdin: { contents: writerSource, resolveDir: root, loader: "ts" },
    outfile: script,
    bundle: true,
    platform: "node",
    format: "cjs",
    packages: "external",
    logLevel: "error",
  });
  const env = { ...process.env, NODE_PATH: join(root, "node_modules") };
  return spawn(process.execPath, [script, file, String(count)], { stdio: ["ignore", "pipe", "inherit"], env });
}

describe("processes that write", () => {
  it("lose nothing that they said was written when they are killed", async () => {
    for (const after of [1, 7, 40]) {
      rmSync(join(folder, "data"), { recursive: true, force: true });
      const child = startWriter(100_000);
      const said: string[] = [];
      const over = new Promise((resolve) => child.on("close", (_, signal) => resolve(signal)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (said.push(line) === after) child.kill("SIGKILL");
      });
      expect(await over).toBe("SIGKILL");
      const [kept = []] = inputs(file);
      expect(said.length).toBeGreaterThanOrEqual(after);
      expect(kept.slice(0, said.length)).toEqual(said);
      expect(kept).toEqual(kept.map((_, at) => String(at)));
    }
  });

  it("do not lose each other's entries", async () => {
    const count = 60;
    const codes = await Promise.all(
      [0, 1, 2].map(() => {
        const child = startWriter(count);
        child.stdout.resume();
        return new Promise((resolve) => child.on("close", resolve));
      }),
    );
    expect(codes).toEqual([0, 0, 0]);
    const all = Array.from({ length: count }, (_, at) => String(at));
    expect(inputs(file)).toEqual([all, all, all]);
  });

  it("may be of one session, too: no number is given twice", () => {
    const [one, two] = [openJournal(file), openJournal(file)];
    const id = one.open("ann");
    for (let at = 0; at < 10; at++) (at % 2 === 0 ? one : two).append(id, [typed(`a${at}`), typed(`b${at}`)]);
    expect(one.sessions()[0]?.entries.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    one.close();
    two.close();
  });
});
