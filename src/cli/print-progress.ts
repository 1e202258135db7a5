import type { EngineId, UpOptions } from "../world/engine.ts";
import type { Output } from "./context.ts";

type Progress = NonNullable<UpOptions["progress"]>;

/** How a start goes on, for an engine whose start takes a while; the embedded one is up before anybody has read a line. */
export function progressFor(engine: EngineId, output: Output): Pick<UpOptions, "progress"> {
  return engine === "docker" ? { progress: printProgress(output) } : {};
}

/** One line a host: on a terminal it is rewritten as the host gets on, elsewhere each step is a line of its own. */
export function printProgress(output: Output): Progress {
  if (!output.isTTY) return ({ host, text }) => output.write(`${host}: ${text}\n`);
  const shown: string[] = [];
  return ({ host, text }) => {
    const line = `  ${host.padEnd(10)} ${text}`.slice(0, output.columns - 1);
    const up = shown.length - shown.indexOf(host);
    // A line that has left the window at the top cannot be reached any more.
    if (!shown.includes(host) || up >= output.rows) {
      shown.push(host);
      output.write(`${line}\n`);
    } else output.write(`\x1b[${up}A\r${line}\x1b[K\x1b[${up}B\r`);
  };
}
