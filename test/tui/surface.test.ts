import { EventEmitter } from "node:events";
import { Text } from "ink";
import { createElement } from "react";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { openProcessSurface, type TerminalProcess } from "../../src/tui/process-surface.ts";
import type { Surface } from "../../src/tui/surface.ts";
import { virtualTerminal } from "./screen/terminal.ts";

/** A process in a terminal, as far as a screen knows one. */
function fakeProcess(env: Record<string, string> = { LANG: "C.UTF-8" }) {
  const terminal = virtualTerminal(30, 4);
  const raw: boolean[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    setRawMode: (on: boolean) => raw.push(on),
    setEncoding: () => {},
    resume: () => {},
    pause: () => {},
  });
  const stdout = Object.assign(new EventEmitter(), { columns: 30, rows: 4, write: (text: string) => terminal.write(text) });
  const kills: (readonly [number, string])[] = [];
  const host = Object.assign(new EventEmitter(), {
    stdin,
    stdout,
    env,
    pid: 4711,
    kill: (pid: number, signal: string) => kills.push([pid, signal]),
  });
  const abort = new AbortController();
  const open = (): Surface =>
    openProcessSurface(host as unknown as TerminalProcess, { clock: systemClock, signal: abort.signal, ascii: false });
  return { terminal, stdin, host, raw, kills, abort, open };
}

const tree = (text: string) => createElement(Text, null, text);

describe("a screen in a process", () => {
  it.each(["exit", "uncaughtExceptionMonitor"])("gives the terminal back at %s, before anything is said", async (event) => {
    const { terminal, host, raw, open } = fakeProcess();
    const surface = open();
    surface.show(tree("hello"));
    expect(await terminal.text()).toEqual(["hello", "", "", ""]);
    host.emit(event, new Error("a planted crash"));
    expect(terminal.written()).toMatch(/\x1b\[\?1049l$/);
    expect(raw.at(-1)).toBe(false);
    const { length } = terminal.written();
    surface.close();
    expect(terminal.written()).toHaveLength(length);
    // Nothing of ours is left in the process.
    expect(host.eventNames()).toEqual([]);
  });

  it("is stopped and goes on", async () => {
    const { terminal, host, kills, open } = fakeProcess();
    const surface = open();
    surface.show(tree("hello"));
    surface.stop();
    expect(kills).toEqual([[0, "SIGTSTP"]]);
    host.emit("SIGTSTP");
    expect(kills[1]).toEqual([4711, "SIGSTOP"]);
    expect(terminal.written()).toMatch(/\x1b\[\?1049l$/);
    host.emit("SIGCONT");
    expect(await terminal.text()).toEqual(["hello", "", "", ""]);
    surface.close();
  });

  it("tells who holds it of keys and sizes, and that it has ended", async () => {
    const { stdin, abort, host, open } = fakeProcess();
    const surface = open();
    const heard: string[] = [];
    const release = surface.hold({ onKey: ({ name }) => heard.push(name), onResize: () => heard.push("resized") });
    stdin.emit("data", "a\x1b[");
    stdin.emit("data", "A");
    host.stdout.emit("resize");
    release();
    stdin.emit("data", "b");
    expect(heard).toEqual(["a", "up", "resized"]);
    abort.abort();
    await surface.ended;
    surface.close();
  });

  it("says it when a component throws", () => {
    const { open } = fakeProcess();
    const surface = open();
    const Broken = (): never => {
      throw new Error("planted");
    };
    try {
      expect(() => surface.show(createElement(Broken))).toThrow("planted");
    } finally {
      surface.close();
    }
  });

  it("two of them share nothing", async () => {
    const one = fakeProcess();
    const other = fakeProcess({ LANG: "C", NO_COLOR: "1" });
    const surfaces = [one.open(), other.open()] as const;
    surfaces[0].show(tree("\x1b[32mgrün\x1b[39m"));
    surfaces[1].show(tree("\x1b[32mgrün\x1b[39m"));
    surfaces[0].close();
    surfaces[1].show(tree("still there"));
    expect(one.terminal.written()).toContain("\x1b[0;32mgrün");
    expect(other.terminal.written()).toContain("grun");
    expect(await other.terminal.text()).toEqual(["still there", "", "", ""]);
    surfaces[1].close();
  });
});
