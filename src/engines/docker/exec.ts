import type { Duplex } from "node:stream";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import type Docker from "dockerode";

/** What a login gives a root shell of Debian. */
export const loginEnvironment = ["HOME=/root", "USER=root", "LOGNAME=root", "LANG=C.UTF-8", "SHELL=/bin/bash"] as const;

/** A program that runs in a container: its three streams, and how it ends. */
export interface RunningProgram {
  readonly stdin: Duplex;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  /** The exit code, once the program has ended and its output is read. */
  readonly ended: Promise<number>;
}

/** On a busy machine the engine sometimes cannot start a program; the next time it can. So often it is tried. */
const startAttempts = 4;

/**
 * Runs a program until it is one that has begun, a few times at most.
 * @param run runs it once; nothing of it may be left when it has not begun
 * @returns the last outcome, begun or not
 */
export async function untilBegun<T>(run: () => Promise<T>, hasBegun: (outcome: T) => boolean): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await run();
    if (hasBegun(outcome) || attempt === startAttempts) return outcome;
  }
}

/** Whether a program that ended so may never have begun: the engine's codes, with its own words on the program's output. */
export function mayNotHaveBegun(code: number): boolean {
  return code >= 126 && code <= 128;
}

/** Starts a program in a container, as root. @param argv program and arguments. */
export async function startProgram(
  docker: Docker,
  container: Docker.Container,
  argv: readonly string[],
  { cwd = "/root" }: { readonly cwd?: string } = {},
): Promise<RunningProgram> {
  const exec = await container.exec({
    Cmd: [...argv],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    WorkingDir: cwd,
    Env: [...loginEnvironment],
  });
  const stream = await exec.start({ hijack: true, stdin: true });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, stdout, stderr);
  const ended = finished(stream, { writable: false })
    .catch(() => {})
    .then(async () => {
      stdout.end();
      stderr.end();
      return (await exec.inspect()).ExitCode ?? 137;
    });
  // Whoever does not wait for the end has no use for its failure either.
  ended.catch(() => {});
  return { stdin: stream, stdout, stderr, ended };
}

/**
 * Ends every process of a login session. An exec outlives the connection it was started on, and a shell's children outlive the
 * shell: they are found by the session in their environment.
 */
export async function endSession(docker: Docker, container: Docker.Container, session: string): Promise<void> {
  const script = `for p in /proc/[0-9]*; do grep -qzx XDG_SESSION_ID=${session} $p/environ 2>/dev/null && kill -HUP "\${p#/proc/}" && kill -CONT "\${p#/proc/}"; done`;
  try {
    const killer = await startProgram(docker, container, ["sh", "-c", script]);
    killer.stdin.end();
    await killer.ended;
  } catch {
    // The container is gone, and with it the session.
  }
}
