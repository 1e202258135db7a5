import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pty from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { root } from "../laws/source-tree.ts";

/** Our program in a real pseudo-terminal, and what a user sees of it. */
export interface Window {
  /** Resolves with the screen once it holds a text; rejects with the screen when the program ends before, or never shows it. */
  until(text: string | RegExp): Promise<string>;
  /** Keys as a keyboard sends them. */
  press(...keys: readonly string[]): void;
  /** The screen as it is now. */
  text(): string;
  isAlternate(): boolean;
  /** Raw bytes that came from the program. */
  output(): string;
  resize(columns: number, rows: number): void;
  signal(name: string): void;
  /** The terminal is gone, as with a closed window or a lost connection. */
  vanish(): void;
  readonly pid: number;
  /** Kept when the program has ended. */
  readonly exited: Promise<{ readonly exitCode: number; readonly signal?: number | undefined }>;
  close(): void;
}

const patienceMs = 45_000;

/** The keys that tests press, as xterm sends them. */
export const key = {
  enter: "\r",
  escape: "\x1b",
  up: "\x1b[A",
  down: "\x1b[B",
  end: "\x1b[F",
  prefix: "\x07",
  f1: "\x1bOP",
  f2: "\x1bOQ",
  f3: "\x1bOR",
  f4: "\x1bOS",
  f5: "\x1b[15~",
  f7: "\x1b[18~",
  f8: "\x1b[19~",
  f9: "\x1b[20~",
} as const;

export function openWindow(
  args: readonly string[],
  { columns, rows }: { readonly columns: number; readonly rows: number },
  env = {},
): Window {
  const data = mkdtempSync(join(tmpdir(), "maildrill-window-"));
  const { CI: _, NO_COLOR: __, LC_ALL: ___, ...inherited } = process.env;
  const child = pty.spawn(process.execPath, ["bin/maildrill.mjs", ...args], {
    cols: columns,
    rows,
    cwd: root,
    name: "xterm-256color",
    env: { ...inherited, LANG: "C.UTF-8", XDG_DATA_HOME: data, MAILDRILL_JOURNAL: "", ...env } as Record<string, string>,
  });
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, logLevel: "off" });
  const watchers = new Set<() => void>();
  let output = "";
  let isOver = false;
  const look = (): void => {
    for (const watcher of [...watchers]) watcher();
  };
  child.onData((data) => {
    output += data;
    screen.write(data, look);
  });
  const exited = new Promise<{ exitCode: number; signal?: number | undefined }>((resolve) => {
    child.onExit((end) => {
      isOver = true;
      screen.write("", () => {
        look();
        resolve(end);
      });
    });
  });
  const text = (): string => {
    const { active } = screen.buffer;
    return Array.from({ length: screen.rows }, (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? "").join(
      "\n",
    );
  };
  return {
    until: (wanted) =>
      new Promise((resolve, reject) => {
        const holds = (): boolean => (typeof wanted === "string" ? text().includes(wanted) : wanted.test(text()));
        const done = (settle: () => void): void => {
          watchers.delete(watcher);
          clearTimeout(timer);
          settle();
        };
        const fail = (why: string) => done(() => reject(new Error(`${why} ${String(wanted)}:\n${text()}`)));
        const watcher = (): void => {
          if (holds()) done(() => resolve(text()));
          else if (isOver) fail("ended without showing");
        };
        const timer = setTimeout(() => fail("never showed"), patienceMs);
        watchers.add(watcher);
        watcher();
      }),
    press: (...keys) => {
      for (const bytes of keys) child.write(bytes);
    },
    text,
    isAlternate: () => screen.buffer.active.type === "alternate",
    output: () => output,
    resize: (newColumns, newRows) => {
      child.resize(newColumns, newRows);
      screen.resize(newColumns, newRows);
    },
    signal: (name) => child.kill(name),
    // The declared type leaves it out.
    vanish: () => (child as unknown as { destroy(): void }).destroy(),
    pid: child.pid,
    exited,
    close: () => {
      if (!isOver) child.kill("SIGKILL");
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The modes that a program turned on and did not turn off again; the cursor counts where it is left hidden. */
export function modesLeft(output: string): string[] {
  const last = new Map([...output.matchAll(/\x1b\[\?(\d+)([hl])/g)].map(([, mode = "", way = ""]) => [mode, way]));
  const atFirst = (mode: string): string => (mode === "25" || mode === "7" ? "h" : "l");
  return [...last].filter(([mode, way]) => way !== atFirst(mode)).map(([mode, way]) => mode + way);
}
