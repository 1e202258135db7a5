import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "../laws/source-tree.ts";

let data = "";
const children: ChildProcess[] = [];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "maildrill-resume-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(data, { recursive: true });
});

const env = () => ({ ...process.env, XDG_DATA_HOME: data, MAILDRILL_JOURNAL: "", MAILDRILL_LEARNER: "ann" });
const maildrill = (args: readonly string[], input = "") =>
  spawnSync(process.execPath, ["bin/maildrill.mjs", ...args], { cwd: root, encoding: "utf8", input, env: env(), timeout: 60_000 });
const play = (lines: readonly string[], ...flags: string[]) =>
  maildrill(["play", "side-door", "--plain", ...flags], `${lines.join("\n")}\n`);

/** Plays until the screen shows a text, then kills the process as nothing can be caught. */
function killAt(lines: readonly string[], text: string, ...flags: string[]): Promise<string> {
  const child = spawn(process.execPath, ["bin/maildrill.mjs", "play", "side-door", "--plain", ...flags], { cwd: root, env: env() });
  children.push(child);
  let shown = "";
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (output: string) => {
      shown += output;
      if (shown.includes(text)) child.kill("SIGKILL");
    });
    child.on("close", (code, signal) => {
      if (signal === "SIGKILL") resolve(shown);
      else reject(new Error(`it ended by itself (${code}) and never showed ${JSON.stringify(text)}:\n${shown}`));
    });
    // Its input stays open: it ends by nothing but the kill.
    child.stdin.write(`${lines.join("\n")}\n`);
  });
}

const found = [
  "dig +short mx meadow.example @198.51.100.8",
  ":pin",
  ":on mx2",
  "grep 'lost connection' /var/log/mail.log",
  ":pin",
  ":diagnose ns1 mx-wrong-order",
];
const mended = [
  ":on ns1",
  "sed -i -e '/MX/s/20 mx1/5 mx1/' -e '/serial/s/[0-9][0-9]*/2026113001/' /etc/bind/db.meadow.example && rndc reload",
  ":jump 2m",
];

describe("kill -9", () => {
  it.each<[string, readonly string[], string]>([
    ["investigating", found.slice(0, 5), "1 log lines in it"],
    ["mending", [...found, ...mended], "UTC."],
    ["closing", [...found, ...mended, ":check"], "Mended."],
  ])(
    "while %s: the next start offers to go on, and it ends as it should",
    async (state, lines, text) => {
      await killAt(lines, text);
      const offer = play([]).stdout;
      expect(offer).toContain(`min ago (${state})`);
      expect(offer).toContain("`--resume` goes on");
      const rest = state === "investigating" ? [found[5] as string, ...mended, ":check"] : [":check"];
      const again = play([...rest, ":reply Two numbers were exchanged."], "--resume");
      expect(again.stdout).toContain(`You are back where you were: ${state}, 2 pins`);
      expect(again.stdout).toContain("Mended.");
      expect(again.stdout).toContain("Your way");
      expect(again.status).toBe(0);
      // What is finished is not offered again.
      expect(play([]).stdout).not.toContain("min ago");
    },
    120_000,
  );

  it("twice: what the second process did is there too", async () => {
    await killAt(found.slice(0, 2), "Pinned");
    await killAt(found.slice(2, 5), "1 log lines in it", "--resume");
    const { stdout } = play([found[5] as string], "--resume");
    expect(stdout).toContain("what you pinned shows it");
  }, 120_000);
});

describe("learners on one machine", () => {
  it("have progress of their own, carried to another machine by a file", () => {
    play([":hint", ":quit"]);
    play([":give-up"], "--learner", "bob");
    const told = (...args: string[]) =>
      JSON.parse(maildrill(["progress", "--json", ...args]).stdout) as { learners: { learner: string }[] };
    expect(told().learners.map(({ learner }) => learner)).toEqual(["ann"]);
    expect(told("--all").learners.map(({ learner }) => learner)).toEqual(["ann", "bob"]);
    const file = join(data, "export.json");
    expect(maildrill(["progress", "export", file, "--all"]).status).toBe(0);
    // The cause is known to nobody who did not claim it.
    expect(readFileSync(file, "utf8")).not.toContain("mx-wrong-order");
    const elsewhere = ["--journal", join(data, "elsewhere.db")];
    expect(maildrill(["progress", "import", file, ...elsewhere]).stdout).toContain("2 new sessions");
    expect(maildrill(["progress", "import", file, ...elsewhere]).stdout).toContain("0 new sessions, 0 new entries");
    expect(told("--all", ...elsewhere)).toEqual(told("--all"));
  }, 120_000);

  it("say what is wrong with a journal before a range is started, and leave it as it was", () => {
    const file = join(data, "broken.db");
    writeFileSync(file, "no journal at all ".repeat(100));
    const { stderr, status } = play([":quit"], "--journal", file);
    expect(status).toBe(2);
    expect(stderr).toContain("The journal cannot be read");
    expect(stderr).toContain("Move it aside");
    expect(readFileSync(file, "utf8")).toBe("no journal at all ".repeat(100));
    expect(maildrill(["progress", "import", join(data, "none.json")]).stderr).toContain("progress export");
  }, 120_000);

  it("keep a session whose journal is taken away while it runs", async () => {
    const blocker = join(data, "blocked.db");
    const { stdout, stderr, status } = await playWhileLocked(blocker);
    expect(stderr).toContain("Another program keeps the journal locked.");
    expect(stderr.match(/keeps the journal locked/g)).toHaveLength(1);
    expect(stdout).toContain(":give-up");
    expect(status).toBe(1);
    const [kept = ""] = readdirSync(data).filter((name) => /^blocked\.db\.[0-9a-f]{16}\.json$/.test(name));
    expect(existsSync(join(data, kept))).toBe(true);
    expect(maildrill(["progress", "import", join(data, kept), "--journal", blocker]).stdout).toMatch(/[1-9]\d* new entries/);
    expect(maildrill(["progress", "--journal", blocker]).stdout).toContain("hints      1");
  }, 120_000);
});

/** Locks the journal once the session is there, and has the learner go on until they quit. */
async function playWhileLocked(file: string): Promise<{ stdout: string; stderr: string; status: number | null }> {
  const child = spawn(process.execPath, ["bin/maildrill.mjs", "play", "side-door", "--plain", "--journal", file], {
    cwd: root,
    env: env(),
  });
  children.push(child);
  let stdout = "";
  let stderr = "";
  let other: Database.Database | undefined;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (other !== undefined || !stdout.includes("You are at a shell")) return;
    // The child may be in the middle of writing.
    other = new Database(file, { timeout: 10_000 });
    other.exec("begin immediate");
    child.stdin.write(":hint\n:help\n:quit\n");
  });
  return new Promise((resolve) => {
    child.on("close", (status) => {
      other?.exec("rollback");
      other?.close();
      resolve({ stdout, stderr, status });
    });
  });
}
