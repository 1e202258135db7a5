import type { RunOptions, RunResult } from "../../world/engine.ts";
import { StalledError, type VirtualClock } from "./clock/virtual-clock.ts";
import type { Shell } from "./shell/shell-port.ts";

/** A command that has not ended after a day of virtual time waits for something that never comes (cat without input, tail -f). */
const LONGEST_RUN_MS = 24 * 3600 * 1000;

export interface RunPlace {
  readonly clock: VirtualClock;
  readonly shell: Shell;
  /** What the host said is not simulated, oldest first; grows while commands run. */
  readonly notices: readonly string[];
  readonly rangeSignal: AbortSignal;
}

/** Runs one command line to its end, moving the clock as far as it needs. A command that cannot end gets Ctrl-C. */
export async function runLine(place: RunPlace, commandLine: string, options: RunOptions): Promise<RunResult> {
  const { clock, shell, notices, rangeSignal } = place;
  const interrupt = new AbortController();
  const signal = AbortSignal.any([rangeSignal, interrupt.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const noticedBefore = notices.length;
  const running = shell.run(commandLine, {
    signal,
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let remark = "";
  const end = async (): Promise<RunResult> => {
    try {
      return await clock.runUntil(running, LONGEST_RUN_MS);
    } catch (error) {
      if (!(error instanceof StalledError) || error.reason === "stopped") throw error;
      if (interrupt.signal.aborted) return { stdout: "", stderr: "", code: 130 };
      remark = "maildrill: the command waited for something that never comes; it was ended as by Ctrl-C\n";
      interrupt.abort();
      return end();
    }
  };
  const { stdout, stderr, code } = await end();
  const unsimulated = notices.slice(noticedBefore).map((what) => `maildrill: not simulated here: ${what}\n`);
  return { stdout, stderr: stderr + unsimulated.join("") + remark, code };
}
