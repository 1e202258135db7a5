import type { Range, RangeTerminal, RunOptions, RunResult, TerminalSize } from "../../src/world/engine.ts";
import type { World } from "../../src/world/world.ts";

/** A terminal as a range sees it: what came in, and a hand on what goes out. */
export interface FakeTerminal extends RangeTerminal {
  readonly typed: string[];
  readonly sizes: TerminalSize[];
  print(output: string): void;
}

/** A range in which every command waits until the test ends it. Records who did what. */
export interface FakeRange extends Range {
  readonly terminals: FakeTerminal[];
  readonly commands: { readonly host: string; readonly line: string; readonly options: RunOptions; end(result: RunResult): void }[];
  isDown(): boolean;
}

const world: World = {
  name: "two-desks",
  seed: 3,
  pace: "lapse",
  startsAtMs: 0,
  networks: [],
  organisations: [],
  people: [],
  hosts: ["desk", "mx1"].map((key) => ({
    key,
    name: `${key}.meadow.example`,
    owner: "org",
    duties: [],
    interfaces: [{ network: "pub", address: "203.0.113.9" }],
    nameservers: [],
    daemons: [],
    files: {},
    firewall: [],
    disks: [],
    mailboxes: [],
  })),
};

export function fakeRange(): FakeRange {
  const terminals: FakeTerminal[] = [];
  const commands: FakeRange["commands"] = [];
  let down = false;
  let nowMs = 0;
  return {
    engine: "embedded",
    world,
    terminals,
    commands,
    isDown: () => down,
    apply: () => Promise.reject(new Error("not in this fake")),
    ask: () => Promise.reject(new Error("not in this fake")),
    run: (host, line, options = {}) =>
      new Promise((resolve) => {
        commands.push({ host, line, options, end: resolve });
        options.signal?.addEventListener("abort", () => resolve({ stdout: "", stderr: "", code: 130 }));
      }),
    terminal: async (_host, size) => {
      const terminal = fakeTerminal(size);
      terminals.push(terminal);
      return terminal;
    },
    lines: () => [],
    follow: () => () => {},
    time: {
      now: () => nowMs,
      advance: async (durationMs) => {
        nowMs += durationMs;
      },
      jumps: true,
    },
    down: async () => {
      down = true;
    },
  };
}

function fakeTerminal(size: TerminalSize): FakeTerminal {
  const listeners: ((output: string) => void)[] = [];
  const typed: string[] = [];
  const sizes = [size];
  let sayClosed = (): void => {};
  const closed = new Promise<void>((resolve) => {
    sayClosed = resolve;
  });
  return {
    typed,
    sizes,
    closed,
    write: (input) => void typed.push(input),
    resize: (newSize) => void sizes.push(newSize),
    onOutput: (listener) => void listeners.push(listener),
    close: sayClosed,
    print: (output) => {
      for (const listener of listeners) listener(output);
    },
  };
}
