import type { CommandResult, Console } from "./command.ts";

/**
 * A terminal that hands whole lines on to a pipeline as they come, and shows what the pipeline makes of them: how
 * `tail -f mail.log | grep status=` works although a pipeline runs to its end before its output is seen.
 */
export function followInto(
  terminal: Console,
  pipeline: (text: string) => Promise<CommandResult>,
): { readonly console: Console; finish(): Promise<void> } {
  let waiting = "";
  let running: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    for (let end = waiting.lastIndexOf("\n"); end !== -1; end = waiting.lastIndexOf("\n")) {
      const lines = waiting.slice(0, end + 1);
      waiting = waiting.slice(end + 1);
      const { stdout, stderr } = await pipeline(lines);
      if (stdout + stderr !== "") terminal.write(stdout + stderr);
    }
    running = undefined;
  };
  const write = (text: string): void => {
    waiting += text;
    if (waiting.includes("\n")) running ??= drain();
  };
  return {
    console: {
      columns: terminal.columns,
      rows: terminal.rows,
      canBeRaw: false,
      write,
      read: () => terminal.read(),
      setRaw: () => {},
    },
    finish: async () => {
      await running;
    },
  };
}
