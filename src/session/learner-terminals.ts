import type { Range, RangeTerminal, TerminalSize } from "../world/engine.ts";
import type { HostKey } from "../world/world.ts";
import type { JournalEvent } from "./journal/entry.ts";
import { createPlainLines, type PlainLines } from "./plain-lines.ts";

/** What a learner does at their terminals: all of it, so that a range can be brought to the same point again. */
export type TerminalEvent = Extract<JournalEvent, { type: "opened" | "resized" | "typed" }>;

/** The last command that was run in the shell in front. */
export interface Printed {
  readonly host: HostKey;
  /** The command line; "" where none was run yet. */
  readonly command: string;
  /** Where it ran, as the prompt shows it: `~`, `/var/log`. */
  readonly cwd: string;
  /** Lines that were typed into the program while it ran. */
  readonly typed: readonly string[];
  /** What was printed since, plain text, without the prompt that follows. */
  readonly output: string;
}

/** A learner's shells, one a host, of which one is in front. */
export interface LearnerTerminals {
  readonly host: () => HostKey;
  /** Brings a host's shell to the front; opens it the first time. */
  goTo(host: HostKey): Promise<void>;
  write(input: string): void;
  /** The window has another size. */
  resize(): void;
  /** The shell in front waits for a new command line, or has ended. */
  atPrompt(): boolean;
  last(): Printed;
  /** Does again what was done; nothing of it is recorded. */
  replay(event: TerminalEvent): Promise<void>;
  /** Does work during which nothing is shown. */
  muted<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/** How the shell's prompt ends: `root@mx1:~# `, and the cursor is put behind it. */
export const prompt = /root@[\w.-]+:[^\n#]*# \r?$/;
const promptAndCommand = /^root@[\w.-]+:([^\n#]*)# (.*)$/;
/** The prompt for the rest of a command line that is not complete. */
const secondPrompt = /^> (.*)$/;

/** One shell: what it runs in, and what is known of its last command. */
interface Seat {
  readonly terminal: RangeTerminal;
  /** What is typed now and what is printed, as lines. */
  readonly lines: PlainLines;
  command: string;
  cwd: string;
  typed: string[];
  output: string;
  /** The last complete line was part of a command line, not output. */
  inCommand: boolean;
  line: string;
}

export interface TerminalHooks {
  size(): TerminalSize;
  /** Output of the shell in front. */
  show(output: string): void;
  /** Output of every shell, also of what is done again: for a screen that keeps one for each. Where it is there, `goTo` asks for no new prompt. */
  hear?(host: HostKey, output: string): void;
  /** A shell has ended; `goTo` opens another. */
  ended?(host: HostKey): void;
  /** Called before it is done. */
  record(event: TerminalEvent): void;
}

export function createLearnerTerminals(
  range: Pick<Range, "terminal">,
  { size, show, hear: hearAll, ended, record }: TerminalHooks,
): LearnerTerminals {
  const open = new Map<HostKey, Seat>();
  let front = "";
  let isMuted = false;

  const openSeat = async (host: HostKey, at: TerminalSize): Promise<Seat> => {
    const terminal = await range.terminal(host, at);
    const seat: Seat = { terminal, lines: createPlainLines(), command: "", cwd: "~", typed: [], output: "", inCommand: false, line: "" };
    open.set(host, seat);
    terminal.onOutput((output) => {
      hear(seat, output);
      hearAll?.(host, output);
      if (host === front && !isMuted) show(output);
    });
    void terminal.closed.then(() => {
      open.delete(host);
      ended?.(host);
    });
    return seat;
  };
  const type = (seat: Seat | undefined, input: string): void => {
    if (seat === undefined) return;
    noteTyped(seat, input);
    seat.terminal.write(input);
  };
  const write = (input: string): void => {
    if (!open.has(front)) return;
    record({ type: "typed", host: front, input });
    type(open.get(front), input);
  };
  return {
    host: () => front,
    goTo: async (host) => {
      front = host;
      if (open.has(host)) {
        if (hearAll === undefined) write("\r");
        return;
      }
      const at = size();
      record({ type: "opened", host, columns: at.columns, rows: at.rows });
      await openSeat(host, at);
    },
    write,
    resize: () => {
      const at = size();
      for (const [host, { terminal }] of open) {
        record({ type: "resized", host, columns: at.columns, rows: at.rows });
        terminal.resize(at);
      }
    },
    atPrompt: () => {
      const seat = open.get(front);
      return seat === undefined || prompt.test(seat.lines.current());
    },
    last: () => {
      const seat = open.get(front);
      if (seat === undefined) return { host: front, command: "", cwd: "~", typed: [], output: "" };
      const { command, cwd, typed, output, lines } = seat;
      // What does not end in a line feed stands before the prompt.
      const rest = command === "" ? "" : lines.current().replace(prompt, "");
      return { host: front, command, cwd, typed, output: (output + rest).trim() };
    },
    replay: async (event) => {
      front = event.host;
      if (event.type === "opened") await openSeat(event.host, event);
      else if (event.type === "resized") open.get(event.host)?.terminal.resize(event);
      else type(open.get(event.host), event.input);
    },
    muted: async (work) => {
      isMuted = true;
      try {
        return await work();
      } finally {
        isMuted = false;
      }
    },
    close: () => {
      for (const { terminal } of open.values()) terminal.close();
    },
  };
}

/** Lines are told apart by what the screen shows: a prompt with something behind it is a command line, all else is output. */
function hear(seat: Seat, output: string): void {
  for (const line of seat.lines.hear(output).split("\n").slice(0, -1)) {
    const [, cwd = "~", command = ""] = promptAndCommand.exec(line) ?? [];
    const more = seat.inCommand ? secondPrompt.exec(line) : null;
    if (command.trim() !== "") Object.assign(seat, { command, cwd, typed: [], line: "", output: "", inCommand: true });
    else if (more !== null) seat.command += `\n${more[1]}`;
    else if (!promptAndCommand.test(line)) {
      seat.output += `${line}\n`;
      seat.inCommand = false;
    }
  }
}

/** What is typed while a program runs is the learner's own word, also where the program shows it. */
function noteTyped(seat: Seat, input: string): void {
  if (prompt.test(seat.lines.current())) return;
  const [first = "", ...rest] = input.split(/\r|\n/);
  seat.line += first;
  for (const next of rest) {
    if (seat.line.trim() !== "") seat.typed.push(seat.line.trim());
    seat.line = next;
  }
}
