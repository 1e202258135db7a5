import { createInterface } from "node:readline";
import type { ReadStream } from "node:tty";
import type { CliContext } from "./context.ts";
import { type PlayTable, runWord } from "./play-words.ts";

/** Keys go to the shell as they come, except a colon at the prompt: it begins a line to Maildrill. */
export function playByKeys({ stdin, stdout, signal }: CliContext, table: PlayTable): Promise<void> {
  const keyboard = stdin as ReadStream;
  const terminals = table.session.terminals;
  let line: string | undefined;
  return new Promise((resolve) => {
    const stopWatching = stdout.onResize(() => terminals()?.resize());
    const leave = (): void => {
      stopWatching();
      keyboard.setRawMode(false);
      keyboard.removeListener("data", onKeys);
      keyboard.removeListener("end", leave);
      keyboard.pause();
      resolve();
    };
    const finishLine = async (typed: string): Promise<void> => {
      stdout.write("\r\n");
      if (await runWord(table, typed)) leave();
      else showPrompt(table, stdout);
    };
    const onKeys = (keys: string): void => {
      for (const key of keys) {
        if (line === undefined && key === ":" && isWaiting(table)) {
          line = "";
          stdout.write(":");
        } else if (line === undefined) terminals()?.write(key);
        else if (key === "\r") {
          const typed = line;
          line = undefined;
          void finishLine(typed);
        } else if (key === "\u0003" || (key === "\u007f" && line === "")) {
          line = undefined;
          showPrompt(table, stdout);
        } else if (key === "\u007f") {
          line = line.slice(0, -1);
          stdout.write("\b \b");
        } else {
          line += key;
          stdout.write(key);
        }
      }
    };
    keyboard.setRawMode(true);
    keyboard.setEncoding("utf8");
    keyboard.on("data", onKeys);
    keyboard.once("end", leave);
    keyboard.resume();
    signal.addEventListener("abort", leave, { once: true });
  });
}

/**
 * A shell that shows no prompt after so long runs a program that reads our lines. By the range's clock: a busy machine is no reason to
 * take a slow command for such a program.
 */
const patienceMs = 400;

/** Each line is handed over when the shell, or the program that runs in it, waits for one. */
export async function playByLines({ stdin, clock, signal, stdout }: CliContext, table: PlayTable): Promise<void> {
  for await (const line of createInterface({ input: stdin, signal })) {
    if (signal.aborted) return;
    await untilPrompt(table, clock);
    if (line.startsWith(":") && isWaiting(table)) {
      stdout.write(`${line}\n`);
      if (await runWord(table, line.slice(1))) return;
      showPrompt(table, stdout);
    } else table.session.terminals()?.write(`${line}\r`);
  }
  await untilPrompt(table, clock);
}

/** The shell waits for a command line, or there is none that could. */
function isWaiting({ session }: PlayTable): boolean {
  return session.terminals()?.atPrompt() ?? true;
}

function showPrompt({ session }: PlayTable, stdout: CliContext["stdout"]): void {
  const terminals = session.terminals();
  if (!stdout.isTTY) return;
  if (terminals === undefined) stdout.write("(no range) ");
  else terminals.write("\r");
}

function untilPrompt(table: PlayTable, clock: CliContext["clock"]): Promise<void> {
  const now = (): number => table.session.now() ?? 0;
  const startedAtMs = now();
  return new Promise((resolve) => {
    const look = (): void => {
      if (isWaiting(table) || now() - startedAtMs > patienceMs) resolve();
      else clock.setTimeout(look, 10);
    };
    look();
  });
}
