import { closeSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import type { Clock } from "./base/clock.ts";
import type { CliContext, Output } from "./cli/context.ts";

/**
 * The composition root: the only module that reads process.env, and the only one that ends the process.
 * `--version` is answered before anything else is loaded.
 */
const home = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(resolve(home, "package.json"), "utf8")) as { version: string };

if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-V")) {
  process.stdout.write(`${version}\n`);
} else {
  await main();
}

async function main(): Promise<void> {
  const [{ systemClock }, { runProgram }, { openEngine }] = await Promise.all([
    import("./base/clock.ts"),
    import("./cli/program.ts"),
    import("./cli/engines.ts"),
  ]);
  const interrupt = new AbortController();
  let interrupts = 0;
  const onInterrupt = (): void => {
    interrupts++;
    interrupt.abort();
    // A second Ctrl-C does not wait for a tidy end: what is left behind is swept at the next start.
    if (interrupts > 1) process.exit(130);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onInterrupt);
  // `maildrill list | head` closes our output early, a closed terminal both ways: that is no error. What runs is still taken down.
  let unheard = false;
  const onClosed = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    unheard = true;
    interrupt.abort();
  };
  for (const stream of [process.stdin, process.stdout]) stream.on("error", onClosed);
  // Who does not hear our complaints may want the rest all the same: a range in the background has nobody who does.
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") onClosed(error);
  });
  letGoOfVanishedTerminal();
  const code = await runProgram(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    env: process.env,
    home,
    version,
    clock: systemClock,
    signal: interrupt.signal,
    node: { version: process.version, path: process.execPath, script: resolve(home, "bin", "maildrill.mjs"), pid: process.pid },
    engine: (id) => openEngine(id, process.env),
    ...(process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== "dumb"
      ? { openSurface: ownTerminal(systemClock, interrupt.signal) }
      : {}),
  });
  process.exitCode = unheard ? 0 : code;
  // What was given up in the middle, a probe that waits for its mail, has nothing to wait for any more.
  if (interrupt.signal.aborted) process.exit();
  // Sockets of a served range and a waiting stdin would keep the process alive; everything was closed in order before.
  process.stdin.unref?.();
}

/** At its end Node 20 restores the terminals that it began with, and aborts where one has vanished with its window. What is closed it leaves alone. */
function letGoOfVanishedTerminal(): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on("exit", () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}

/** Loaded when it is needed: a screen takes time to start, and most commands have none. */
function ownTerminal(clock: Clock, signal: AbortSignal): NonNullable<CliContext["openSurface"]> {
  return async (ascii) => (await import("./tui/process-surface.ts")).openProcessSurface(process, { clock, signal, ascii });
}

function output(stream: NodeJS.WriteStream): Output {
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      // A terminal that was not told its size says 0.
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    write: (text) => {
      stream.write(text);
    },
    onResize: (listener) => {
      stream.on("resize", listener);
      return () => void stream.off("resize", listener);
    },
  };
}
