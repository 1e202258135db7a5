import type Docker from "dockerode";
import type { RunOptions, RunResult } from "../../world/engine.ts";
import { endSession, type RunningProgram, startProgram, untilBegun } from "./exec.ts";

/**
 * Runs command lines on a host as root. They are handed to a program on the host (images/base, host-commands): an exec for each would
 * cost the engine a hundred times as much as the command itself.
 */
export interface HostCommands {
  /** @throws Error of the engine's when the host cannot be reached */
  run(commandLine: string, options?: RunOptions): Promise<RunResult>;
  /** Ends the program on the host. */
  leave(): void;
}

/** What a command line gives whose host went away, or whose runner was killed, while it ran. */
const killed: RunResult = { stdout: "", stderr: "", code: 137 };

/** Hands a command line to the program on the host. */
type Ask = (session: string, request: Buffer) => Promise<RunResult>;

interface Runner {
  readonly ask: Ask;
  end(): void;
}

export function createHostCommands(docker: Docker, container: Docker.Container): HostCommands {
  let runner: Promise<Runner> | undefined;
  let sessions = 0;
  /** A runner that has ended, or could not be started, is no reason not to try again. */
  const forget = (): void => {
    runner = undefined;
  };
  const ask: Ask = async (session, request) => {
    runner ??= startRunner(docker, container, forget);
    runner.catch(forget);
    return (await runner).ask(session, request);
  };
  return {
    leave: () =>
      void runner?.then(
        ({ end }) => end(),
        () => {},
      ),
    async run(commandLine, { stdin = "", signal, cwd = "/root" } = {}) {
      signal?.throwIfAborted();
      const session = `c${++sessions}`;
      const onAbort = (): void => void endSession(docker, container, session);
      signal?.addEventListener("abort", onAbort, { once: true });
      try {
        const result = await ask(session, requestOf(session, [cwd, commandLine, stdin]));
        signal?.throwIfAborted();
        return result;
      } finally {
        signal?.removeEventListener("abort", onAbort);
      }
    },
  };
}

/** What the program on the host says when it runs. */
const greeting = "ready\n";

/**
 * @param onEnd called when it takes no more command lines
 * @throws Error with the engine's words when it cannot be started
 */
async function startRunner(docker: Docker, container: Docker.Container, onEnd: () => void): Promise<Runner> {
  const once = async () => {
    const program = await startProgram(docker, container, ["host-commands"]);
    const first = await firstWords(program.stdout);
    if (first !== greeting) program.stdin.destroy();
    return { program, first };
  };
  const { program, first } = await untilBegun(once, (begun) => begun.first === greeting);
  if (first !== greeting) throw new Error(`Nothing can be run on the host: ${first.trim()}`);
  return listenTo(program, onEnd);
}

/** "" where there are none. */
function firstWords(stdout: RunningProgram["stdout"]): Promise<string> {
  return new Promise((resolve) => {
    stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()));
    stdout.once("end", () => resolve(""));
  });
}

function listenTo({ stdin, stdout, stderr, ended }: RunningProgram, onEnd: () => void): Runner {
  const waiting = new Map<string, (result: RunResult | Promise<RunResult>) => void>();
  const hear = createAnswerReader((session, result) => {
    waiting.get(session)?.(result);
    waiting.delete(session);
  });
  stdout.on("data", hear);
  stderr.resume();
  // Nothing can be written any more; why, is heard on the way back.
  stdin.on("error", () => {});
  let last: Promise<RunResult> | undefined;
  const over = (): void => {
    onEnd();
    last = ended.then(() => killed);
    for (const answer of waiting.values()) answer(last);
    last.catch(() => {});
  };
  ended.then(over, over);
  const ask: Ask = (session, request) =>
    last ??
    new Promise<RunResult>((resolve) => {
      waiting.set(session, resolve);
      stdin.write(request);
    });
  return { ask, end: () => stdin.destroy() };
}

function requestOf(session: string, texts: readonly string[]): Buffer {
  const parts = texts.map((text) => Buffer.from(text));
  return Buffer.concat([Buffer.from(`${[session, ...parts.map(({ length }) => length)].join(" ")}\n`), ...parts]);
}

/** Reads `<session> <exit code> <length of output> <of errors>`, a line feed and the two, however they are cut. */
export function createAnswerReader(onAnswer: (session: string, result: RunResult) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let length = 0;
  let wanted = 0;
  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length < wanted) return;
    let heard = Buffer.concat(chunks);
    for (;;) {
      const end = heard.indexOf("\n");
      const { session, code, out, err } = headOf(heard.toString("latin1", 0, Math.max(end, 0)));
      wanted = end < 0 ? 0 : end + 1 + out + err;
      if (end < 0 || heard.length < wanted) break;
      const stdout = heard.toString("utf8", end + 1, end + 1 + out);
      const stderr = heard.toString("utf8", end + 1 + out, wanted);
      if (session !== "") onAnswer(session, { stdout, stderr, code });
      heard = heard.subarray(wanted);
    }
    chunks = [heard];
    length = heard.length;
  };
}

/** Of nobody's session for a line that is no head of an answer. */
function headOf(line: string): { readonly session: string; readonly code: number; readonly out: number; readonly err: number } {
  const [, session = "", ...numbers] = /^(c\d+) (\d+) (\d+) (\d+)$/.exec(line) ?? [];
  const [code = 0, out = 0, err = 0] = numbers.map(Number);
  return { session, code, out, err };
}
