import { createInterface } from "node:readline";
import type { CliContext } from "./context.ts";
import { type PlayTable, runWord } from "./play-words.ts";

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
