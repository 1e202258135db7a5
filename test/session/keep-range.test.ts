import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { ProblemError } from "../../src/base/problem.ts";
import { type KeptRange, keepRange } from "../../src/session/keep-range.ts";
import { askRange, findRanges, openShell } from "../../src/session/range-client.ts";
import { onLines } from "../../src/session/range-lines.ts";
import { socketPath } from "../../src/session/runtime-folder.ts";
import { type FakeRange, fakeRange } from "./fake-range.ts";

let folder = "";
let range: FakeRange;
let kept: KeptRange;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "maildrill-test-"));
  range = fakeRange();
  kept = await keep(range);
});

afterEach(async () => {
  await kept.down();
  await kept.ended;
  rmSync(folder, { recursive: true });
});

function keep(fake: FakeRange): Promise<KeptRange> {
  return keepRange(fake, { of: "two-desks", folder, dialects: [], wall: systemClock, pid: 1 });
}

const size = { columns: 80, rows: 24 };
const sit = () => openShell(folder, "two-desks", { host: "mx1", size, actor: "learner" });
const run = (line: string, signal?: AbortSignal) =>
  askRange(folder, "two-desks", { verb: "run", host: "mx1", line, stdin: "", actor: "learner" }, signal);

/** Sends raw text to the range and collects what comes back until the connection ends. */
function talkRaw(...lines: string[]): Promise<string[]> {
  return new Promise((resolve) => {
    const socket = connect(socketPath(folder, "two-desks"));
    const answers: string[] = [];
    onLines(socket, (line) => {
      answers.push(line);
      if (answers.length === lines.length) socket.end();
    });
    socket.on("close", () => resolve(answers));
    for (const line of lines) socket.write(`${line}\n`);
  });
}

describe("a shell in another process", () => {
  it("carries keys, sizes and output both ways, whatever characters they are", async () => {
    const shell = await sit();
    const [terminal] = range.terminals;
    const heard: string[] = [];
    shell.onOutput((output) => heard.push(output));
    const odd = "\u2028\u2029\r\n\u0003\u001b[A é 🐟\0";
    shell.write(odd);
    shell.resize({ columns: 100, rows: 40 });
    terminal?.print(odd);
    await vi.waitFor(() => {
      expect(terminal?.typed.join("")).toBe(odd);
      expect(terminal?.sizes).toEqual([size, { columns: 100, rows: 40 }]);
      expect(heard.join("")).toBe(odd);
    });
    shell.close();
  });

  it("keeps what was printed before anybody listened", async () => {
    const shell = await sit();
    range.terminals[0]?.print("root@mx1:~# ");
    await vi.waitFor(() => expect(range.terminals).toHaveLength(1));
    await run("true", AbortSignal.timeout(50)).catch(() => {});
    const heard: string[] = [];
    shell.onOutput((output) => heard.push(output));
    expect(heard).toEqual(["root@mx1:~# "]);
    shell.close();
  });

  it("ends as the shell does", async () => {
    const shell = await sit();
    range.terminals[0]?.close();
    await expect(shell.ended).resolves.toBe("shell");
  });

  it("is closed in the range when its client goes away", async () => {
    const shell = await sit();
    shell.close();
    await expect(range.terminals[0]?.closed).resolves.toBeUndefined();
  });

  it("is closed, and told why, when the range goes down", async () => {
    const shell = await sit();
    await askRange(folder, "two-desks", { verb: "down" });
    await expect(shell.ended).resolves.toBe("range");
    await expect(range.terminals[0]?.closed).resolves.toBeUndefined();
    expect(range.isDown()).toBe(true);
  });

  it("does not wait for a command that runs", async () => {
    const running = run("sleep 1000");
    await vi.waitFor(() => expect(range.commands).toHaveLength(1));
    const shell = await sit();
    shell.close();
    range.commands[0]?.end({ stdout: "", stderr: "", code: 0 });
    await expect(running).resolves.toMatchObject({ code: 0 });
  });

  it.each([
    ["no JSON", "nonsense"],
    ["another shape", '{"keys": "ls"}'],
    ["an impossible size", '{"resize": {"columns": 0, "rows": 24}}'],
  ])("is closed by a message that is %s", async (_, line) => {
    const socket = connect(socketPath(folder, "two-desks"));
    socket.write(`${JSON.stringify({ verb: "shell", host: "mx1", size, actor: "learner" })}\n${line}\n`);
    socket.resume();
    const closed = new Promise((resolve) => socket.on("close", resolve));
    await vi.waitFor(() => expect(range.terminals).toHaveLength(1));
    await expect(range.terminals[0]?.closed).resolves.toBeUndefined();
    await closed;
  });
});

describe("a command from another process", () => {
  it("waits for the one before it, while others are answered", async () => {
    const first = run("first");
    const second = run("second");
    await vi.waitFor(() => expect(range.commands).toHaveLength(1));
    expect(await askRange(folder, "two-desks", { verb: "describe" })).toMatchObject({ range: "two-desks", seed: 3 });
    expect(range.commands).toHaveLength(1);
    range.commands[0]?.end({ stdout: "1", stderr: "", code: 0 });
    await expect(first).resolves.toMatchObject({ stdout: "1" });
    await vi.waitFor(() => expect(range.commands).toHaveLength(2));
    range.commands[1]?.end({ stdout: "2", stderr: "", code: 7 });
    await expect(second).resolves.toMatchObject({ stdout: "2", code: 7 });
  });

  it("is ended when the one who asked goes away, and so is one that still waits", async () => {
    const leave = new AbortController();
    const first = run("first", leave.signal);
    await vi.waitFor(() => expect(range.commands).toHaveLength(1));
    const second = run("second", leave.signal);
    await askRange(folder, "two-desks", { verb: "describe" });
    leave.abort();
    await Promise.all([expect(first).rejects.toThrow(), expect(second).rejects.toThrow()]);
    await vi.waitFor(() => expect(range.commands[0]?.options.signal?.aborted).toBe(true));
    const third = run("third");
    await vi.waitFor(() => expect(range.commands.at(-1)?.line).toBe("third"));
    range.commands.at(-1)?.end({ stdout: "", stderr: "", code: 0 });
    await third;
    expect(range.commands.map(({ line }) => line)).toEqual(["first", "third"]);
  });
});

describe("the socket of a range", () => {
  it("belongs to its user alone", () => {
    expect(statSync(socketPath(folder, "two-desks")).mode & 0o777).toBe(0o600);
  });

  it("answers what is wrong with a request, and goes on", async () => {
    const answers = await talkRaw(
      "nonsense",
      '{"verb": "explode"}',
      '{"verb": "run", "host": 3}',
      '{"verb": "check", "actor": "learner"}',
      '{"verb": "describe"}',
    );
    const parsed = answers.map((answer) => JSON.parse(answer) as { ok: boolean; problems?: { code: string }[] });
    expect(parsed.map(({ ok }) => ok)).toEqual([false, false, false, false, true]);
    expect(parsed[3]?.problems?.[0]?.code).toBe("nothing-to-check");
  });

  it("gives each range a name of its own", async () => {
    const others = await Promise.all([keep(fakeRange()), keep(fakeRange())]);
    expect(others.map(({ description }) => description.range).sort()).toEqual(["two-desks-2", "two-desks-3"]);
    for (const other of others) await other.down();
    expect(await findRanges(folder)).toEqual({ alive: ["two-desks"], gone: [] });
  });

  it("tells a range whose process was killed from one that never was", async () => {
    writeFileSync(socketPath(folder, "killed"), "");
    const codeOf = (name: string) =>
      askRange(folder, name, { verb: "describe" }).then(
        () => "answered",
        (error: unknown) => (error instanceof ProblemError ? error.problems[0]?.code : error),
      );
    expect(await codeOf("killed")).toBe("range-gone");
    expect(await codeOf("killed")).toBe("unknown-range");
    expect(existsSync(socketPath(folder, "killed"))).toBe(false);
    writeFileSync(socketPath(folder, "killed"), "");
    expect(await findRanges(folder)).toEqual({ alive: ["two-desks"], gone: ["killed"] });
  });

  it("is gone when the range is down", async () => {
    await askRange(folder, "two-desks", { verb: "down" });
    await kept.ended;
    expect(existsSync(socketPath(folder, "two-desks"))).toBe(false);
  });

  it("takes the range down that it cannot serve", async () => {
    const homeless = fakeRange();
    const nowhere = { of: "lost", folder: join(folder, "x".repeat(120)), dialects: [], wall: systemClock, pid: 1 };
    await expect(keepRange(homeless, nowhere)).rejects.toThrow();
    expect(homeless.isDown()).toBe(true);
  });
});
