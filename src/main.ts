import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Output } from "./cli/context.ts";

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
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  // `maildrill list | head` closes our output early: that is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
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
  });
  process.exitCode = code;
  // Sockets of a served range and a waiting stdin would keep the process alive; everything was closed in order before.
  process.stdin.unref?.();
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
