import { stripVTControlCharacters } from "node:util";
import type { Range, RangeTerminal, TerminalSize } from "../world/engine.ts";
import type { HostKey } from "../world/world.ts";

/** A learner's shells, one a host, of which one is in front. */
export interface LearnerTerminals {
  readonly host: () => HostKey;
  /** Brings a host's shell to the front; opens it the first time. */
  goTo(host: HostKey): Promise<void>;
  write(input: string): void;
  /** The shell in front waits for a new command line. */
  atPrompt(): boolean;
  /** What was printed since the last command line was begun, plain text, without the prompt that follows. */
  lastOutput(): string;
  close(): void;
}

/** How the shell's prompt ends: `root@mx1:~# `, and the cursor is put behind it. */
export const prompt = /root@[\w.-]+:[^\n#]*# \r?$/;

/** @param show where the output of the shell in front goes */
export function createLearnerTerminals(range: Range, size: () => TerminalSize, show: (output: string) => void): LearnerTerminals {
  const open = new Map<HostKey, RangeTerminal>();
  const printed = new Map<HostKey, string>();
  let front = "";

  const text = (): string => printed.get(front) ?? "";
  const hear = (host: HostKey) => (output: string) => {
    printed.set(host, (printed.get(host) ?? "") + stripVTControlCharacters(output));
    if (host === front) show(output);
  };
  return {
    host: () => front,
    goTo: async (host) => {
      front = host;
      const known = open.get(host);
      if (known !== undefined) {
        known.write("\r");
        return;
      }
      const terminal = await range.terminal(host, size());
      open.set(host, terminal);
      terminal.onOutput(hear(host));
      void terminal.closed.then(() => open.delete(host));
    },
    write: (input) => {
      if (prompt.test(text())) printed.set(front, "");
      open.get(front)?.write(input);
    },
    atPrompt: () => prompt.test(text()),
    lastOutput: () => text().replace(prompt, "").replaceAll("\r", "").trim(),
    close: () => {
      for (const terminal of open.values()) terminal.close();
    },
  };
}
