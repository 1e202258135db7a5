import { createInterface } from "node:readline";
import type { ReadStream } from "node:tty";
import { delay } from "../base/clock.ts";
import { prompt } from "../session/learner-terminals.ts";
import { createPlainLines } from "../session/plain-lines.ts";
import { openShell, type RemoteShell } from "../session/range-client.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import { createScreenModes } from "../session/screen-modes.ts";
import { actor } from "./actor.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { printProblems } from "./print-problems.ts";

type End = Awaited<RemoteShell["ended"]> | "interrupted";

/** `maildrill shell <range> <host>`: a shell on a host, in a range that another process keeps. Ends as the shell does: exit, or Ctrl-D. */
export const shell: CliCommand = {
  define: (command) => {
    command
      .argument("<range>", "its name, see maildrill ps")
      .argument("<host>")
      .option("--as <actor>", "learner or instructor: who teaches gets into every host", "learner");
  },
  run: async (context, [range, host], options) => {
    const { stdin, stdout } = context;
    const keyboard = "setRawMode" in stdin ? (stdin as ReadStream) : undefined;
    const size = keyboard === undefined ? pageSize : { columns: stdout.columns, rows: stdout.rows };
    const opened = await openShell(runtimeFolder(context.env), String(range), { host: String(host), size, actor: actor(options.as) });
    const end = await (keyboard === undefined ? sitByLines(context, opened) : sitByKeys(context, keyboard, opened));
    opened.close();
    return tell(context, String(range), end);
  },
};

/** Every key goes to the shell as it comes, Ctrl-C too. However it ends, the terminal is left as it was found. */
async function sitByKeys({ stdout, signal }: CliContext, keyboard: ReadStream, shell: RemoteShell): Promise<End> {
  const modes = createScreenModes();
  const onKeys = (keys: string): void => shell.write(keys);
  const stopWatching = stdout.onResize(() => shell.resize({ columns: stdout.columns, rows: stdout.rows }));
  try {
    keyboard.setRawMode(true);
    keyboard.setEncoding("utf8");
    keyboard.on("data", onKeys);
    keyboard.on("end", shell.close);
    keyboard.resume();
    shell.onOutput((output) => {
      modes.hear(output);
      stdout.write(output);
    });
    return await Promise.race([shell.ended, interruption(signal)]);
  } finally {
    keyboard.setRawMode(false);
    keyboard.off("data", onKeys);
    keyboard.off("end", shell.close);
    keyboard.pause();
    stopWatching();
    stdout.write(modes.undo());
  }
}

/** A shell that shows no prompt and prints nothing for so long runs a program that reads our lines. */
const quietMs = 700;
const endOfInput = "\u0004";
/** Wide enough that hardly a line is folded. */
const pageSize = { columns: 500, rows: 50 };

/** Through a pipe: a line is handed over when the shell, or the program that runs in it, waits for one; what is printed is plain text. */
async function sitByLines({ stdin, stdout, clock, signal }: CliContext, shell: RemoteShell): Promise<End> {
  const lines = createPlainLines();
  let answered = false;
  let printed = false;
  let look = (): void => {};
  shell.onOutput((output) => {
    stdout.write(lines.hear(output));
    answered = true;
    printed = true;
    look();
  });
  const write = (input: string): void => {
    answered = false;
    shell.write(input);
  };
  const isAtPrompt = (): boolean => answered && prompt.test(lines.current());
  const atPrompt = (): Promise<void> =>
    new Promise((resolve) => {
      look = () => isAtPrompt() && resolve();
      look();
    });
  const quiet = async (): Promise<void> => {
    do {
      printed = false;
      await delay(clock, quietMs);
    } while (printed);
  };
  const feed = async (): Promise<End> => {
    for await (const line of createInterface({ input: stdin })) {
      await Promise.race([atPrompt(), quiet()]);
      write(`${line}\r`);
    }
    // Whatever reads our input still is told that there is no more; what only takes its time may take it.
    await Promise.race([atPrompt(), quiet()]);
    if (!isAtPrompt()) write(endOfInput);
    await atPrompt();
    return "shell";
  };
  const end = await Promise.race([shell.ended, interruption(signal), feed()]);
  const last = lines.current();
  if (last !== "" && !prompt.test(last)) stdout.write(`${last}\n`);
  return end;
}

function interruption(signal: AbortSignal): Promise<"interrupted"> {
  if (signal.aborted) return Promise.resolve("interrupted");
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve("interrupted"), { once: true }));
}

/** Says why the shell is over where that is not what was wanted. @returns the exit code */
function tell(context: CliContext, range: string, end: End): number {
  if (end === "shell") return exit.done;
  if (end === "interrupted") return exit.interrupted;
  printProblems([{ code: "range-lost", ...whyOver(range, end) }], context);
  return exit.no;
}

function whyOver(range: string, end: Exclude<End, "shell" | "interrupted">): { readonly message: string; readonly hint: string } {
  const hint = "`maildrill ps` lists what runs; `maildrill up` starts it anew.";
  switch (end) {
    case "reset":
      return {
        message: `${range} was begun again while you sat there.`,
        hint: "Sit down once more: the same command opens another shell.",
      };
    case "range":
      return { message: `${range} was taken down while you sat there.`, hint };
    case "lost":
      return { message: `The process that kept ${range} is gone, and the range with it.`, hint };
  }
}
