import type { Clock } from "../base/clock.ts";
import { type Foreground, type Keyboard, openSurface, type Surface } from "./surface.ts";

/** What a screen needs of a process that runs in a terminal. */
export type TerminalProcess = Pick<NodeJS.Process, "stdin" | "stdout" | "env" | "pid" | "on" | "off" | "kill">;

/**
 * The terminal that a process runs in, as a screen.
 * @param options `ascii`: no other characters, whatever the locale says
 */
export function openProcessSurface(
  host: TerminalProcess,
  { clock, signal, ascii }: { readonly clock: Clock; readonly signal: AbortSignal; readonly ascii: boolean },
): Surface {
  const { stdout, env } = host;
  return openSurface({
    output: {
      get columns() {
        return stdout.columns || 80;
      },
      get rows() {
        return stdout.rows || 24;
      },
      write: (text) => stdout.write(text),
      onDrain: (listener) => {
        stdout.on("drain", listener);
        return () => void stdout.off("drain", listener);
      },
      onResize: (listener) => {
        stdout.on("resize", listener);
        return () => void stdout.off("resize", listener);
      },
    },
    keyboard: keyboardOf(host),
    capabilities: {
      colour: (env.NO_COLOR ?? "") === "",
      unicode: !ascii && /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || ""),
    },
    clock,
    signal,
    foreground: foregroundOf(host),
  });
}

function keyboardOf({ stdin }: TerminalProcess): Keyboard {
  return {
    open: (onInput, onEnd) => {
      stdin.setRawMode(true);
      stdin.setEncoding("utf8");
      stdin.on("data", onInput);
      stdin.once("end", onEnd);
      stdin.resume();
      return () => {
        stdin.off("data", onInput);
        stdin.off("end", onEnd);
        stdin.pause();
        stdin.setRawMode(false);
      };
    },
  };
}

function foregroundOf(host: TerminalProcess): Foreground {
  return {
    atEnd: (undo) => {
      // The monitor comes before the error is printed, which would be lost with our screen.
      host.on("exit", undo);
      host.on("uncaughtExceptionMonitor", undo);
      return () => {
        host.off("exit", undo);
        host.off("uncaughtExceptionMonitor", undo);
      };
    },
    onStop: (stop, goOn) => {
      const onStop = (): void => {
        stop();
        host.kill(host.pid, "SIGSTOP");
      };
      host.on("SIGTSTP", onStop);
      host.on("SIGCONT", goOn);
      return () => {
        host.off("SIGTSTP", onStop);
        host.off("SIGCONT", goOn);
      };
    },
    // As the terminal does it: everybody in the foreground is told, or the user's shell would not notice.
    stop: () => void host.kill(0, "SIGTSTP"),
  };
}
