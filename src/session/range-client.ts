import { connect, type Socket } from "node:net";
import { type Problem, ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import type { RangeTerminal, TerminalSize } from "../world/engine.ts";
import { onLines, sendLine } from "./range-lines.ts";
import { type Request, type Response, type ResponseOf, type ShellEnd, type ShellInput, shellOutput } from "./range-protocol.ts";
import { forget, namedRanges, socketPath } from "./runtime-folder.ts";

/**
 * Asks the process that keeps a range.
 * @param signal when it is aborted, the range gives up what it does for us
 * @throws ProblemError for what the range answers with, `unknown-range` when there is none of this name, `range-gone` when its process
 * has ended; the signal's reason when that is aborted
 */
export async function askRange<R extends Request>(
  folder: string,
  range: string,
  asked: R,
  signal?: AbortSignal,
): Promise<ResponseOf[R["verb"]]> {
  const response = await send<R["verb"]>(socketPath(folder, range), asked, signal);
  signal?.throwIfAborted();
  return valueOf(response, folder, range);
}

/** Names of ranges whose process still answers, and of those whose process has ended; their sockets are taken away. */
export async function findRanges(folder: string): Promise<{ readonly alive: readonly string[]; readonly gone: readonly string[] }> {
  const alive: string[] = [];
  const gone: string[] = [];
  for (const range of namedRanges(folder)) {
    if ((await send(socketPath(folder, range), { verb: "describe" })) !== undefined) alive.push(range);
    else {
      forget(folder, range);
      gone.push(range);
    }
  }
  return { alive, gone };
}

/** A shell in a range that another process keeps. */
export interface RemoteShell extends Omit<RangeTerminal, "closed"> {
  /** Why it is over; `lost`: the process that keeps the range is gone. */
  readonly ended: Promise<ShellEnd | "lost">;
}

export interface ShellWish {
  readonly host: string;
  readonly size: TerminalSize;
  readonly actor: string;
}

/** Opens a shell on a host of a range. @throws ProblemError as `askRange` does */
export async function openShell(folder: string, range: string, { host, size, actor }: ShellWish): Promise<RemoteShell> {
  const socket = connect(socketPath(folder, range));
  const listeners: ((output: string) => void)[] = [];
  let unheard = "";
  const hear = (output: string): void => {
    if (listeners.length === 0) unheard += output;
    for (const listener of listeners) listener(output);
  };
  let answered: Response<"shell"> | undefined;
  let sayAnswered = (): void => {};
  const opened = new Promise<void>((resolve) => {
    sayAnswered = resolve;
  });
  const ended = new Promise<ShellEnd | "lost">((resolve) => {
    onLines(socket, (line) => {
      if (answered === undefined) {
        answered = JSON.parse(line) as Response<"shell">;
        sayAnswered();
        return;
      }
      const said = shellOutput.parse(JSON.parse(line));
      if ("output" in said) hear(said.output);
      else resolve(said.ended);
    });
    socket.on("close", () => {
      sayAnswered();
      resolve("lost");
    });
  });
  socket.on("error", () => socket.destroy());
  sendLine(socket, { verb: "shell", host, size, actor } satisfies Request);
  await opened;
  try {
    valueOf(answered, folder, range);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const say = (input: ShellInput): void => sendLine(socket, input);
  return {
    ended,
    write: (input) => say({ input }),
    resize: (newSize) => say({ resize: newSize }),
    onOutput: (listener) => {
      listeners.push(listener);
      if (unheard !== "") listener(unheard);
      unheard = "";
    },
    close: () => socket.end(),
  };
}

/** What a range answered, or the Problem in it. */
function valueOf<V extends Request["verb"]>(response: Response<V> | undefined, folder: string, range: string): ResponseOf[V] {
  if (response === undefined) throw new ProblemError(nobodyAnswers(folder, range));
  if (!response.ok) throw new ProblemError(response.problems);
  return response.value;
}

function nobodyAnswers(folder: string, range: string): Problem {
  const named = namedRanges(folder);
  if (!named.includes(range)) return unknownId("range", range, named);
  forget(folder, range);
  return {
    code: "range-gone",
    message: `The process that kept ${range} is gone, and the range with it.`,
    hint: "`maildrill ps` lists what runs. Containers that it may have left on the Docker engine are cleared away by `maildrill down --all`.",
  };
}

/** The response, or undefined when nobody listens (any more), or we gave up. */
function send<V extends Request["verb"]>(path: string, asked: Request, signal?: AbortSignal): Promise<Response<V> | undefined> {
  return new Promise((resolve) => {
    const socket: Socket = connect(path);
    const giveUp = (): void => void socket.destroy();
    signal?.addEventListener("abort", giveUp, { once: true });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      signal?.removeEventListener("abort", giveUp);
      resolve(undefined);
    });
    onLines(socket, (line) => {
      resolve(JSON.parse(line) as Response<V>);
      socket.end();
    });
    sendLine(socket, asked);
    if (signal?.aborted === true) giveUp();
  });
}
