import type Docker from "dockerode";
import { type Problem, ProblemError } from "../../base/problem.ts";
import { unlessAborted } from "../../base/unless-aborted.ts";
import type { LogDialect } from "../../daemons/daemon.ts";
import type { RunOptions, RunResult } from "../../world/engine.ts";
import type { DaemonKind, Host } from "../../world/world.ts";
import { bootHost, createHost } from "./containers.ts";
import { engineProblem } from "./engine-problem.ts";
import { endSession } from "./exec.ts";
import { createHostCommands } from "./host-commands.ts";
import { countLines, createLineSorter, followContainer, type RangeLog, type StampedLine } from "./logs.ts";
import type { ContainerPlan } from "./range-plan.ts";

/** A running host: its container, and what works on it. */
export interface LiveHost {
  readonly host: Host;
  readonly plan: ContainerPlan;
  readonly container: Docker.Container;
  /** Runs a shell command line as root. */
  run(commandLine: string, options?: RunOptions): Promise<RunResult>;
  /** Runs a command line that must succeed. @returns what it printed @throws ProblemError with what it said instead */
  demand(commandLine: string, options?: RunOptions): Promise<string>;
  /** The next time that a daemon says in its log that it serves. @throws ProblemError `host-not-ready` when that takes too long */
  nextReady(daemon: DaemonKind): Promise<void>;
  /** Lets go of it: nothing of ours listens to it or waits for it any more. */
  leave(): void;
}

/** How long a host may take to get ready before something is wrong with it. */
const readyMs = 90_000;
/** As many of its last lines tell why. */
const linesTold = 8;

export interface HostSetup {
  readonly docker: Docker;
  readonly host: Host;
  readonly dialects: readonly LogDialect[];
  readonly log: RangeLog;
  readonly signal: AbortSignal;
}

/**
 * Creates and starts a host, and waits until each of its daemons has said in its log that it serves.
 * @param onStarted called when the container runs, its daemons not yet
 * @throws ProblemError `host-not-ready` with the last lines of its log
 */
export async function startHost(
  plan: ContainerPlan,
  image: string,
  setup: HostSetup,
  onStarted: (container: Docker.Container) => void,
): Promise<LiveHost> {
  const { docker, signal } = setup;
  const container = await createHost(docker, plan, image);
  signal.throwIfAborted();
  await bootHost(container, plan.files);
  onStarted(container);
  const ear = createEar(plan, container, setup);
  const ready = Promise.all(plan.running.map(ear.saysReady));
  await ear.follow();
  try {
    await ear.inTime(ready);
  } catch (error) {
    ear.leave();
    throw error;
  }
  return liveHost(plan, container, setup, ear);
}

/**
 * Takes up a host that runs: its log from the beginning, and no shell of whoever had it before.
 * @throws dockerode's error when it is not there
 */
export async function takeUpHost(plan: ContainerPlan, setup: HostSetup): Promise<LiveHost> {
  const { docker } = setup;
  const container = docker.getContainer(plan.name);
  const printed = await countLines(container);
  const ear = createEar(plan, container, setup);
  const heard = ear.hasHeard(printed);
  await ear.follow();
  try {
    await ear.inTime(heard);
    // Shells of a process that was killed go on in the container.
    await endSession(docker, container, "t[0-9]*");
  } catch (error) {
    ear.leave();
    throw error;
  }
  return liveHost(plan, container, setup, ear);
}

function liveHost(plan: ContainerPlan, container: Docker.Container, { docker, host }: HostSetup, ear: Ear): LiveHost {
  const commands = createHostCommands(docker, container);
  const run = (commandLine: string, options: RunOptions = {}): Promise<RunResult> =>
    commands.run(commandLine, options).catch((error: unknown) => {
      if (options.signal?.aborted) throw error;
      throw new ProblemError(engineProblem(error));
    });
  return {
    host,
    plan,
    container,
    run,
    async demand(commandLine, options) {
      const { stdout, stderr, code } = await run(commandLine, options);
      if (code === 0) return stdout;
      const message = `A command failed there (exit code ${code}): ${(stderr || stdout).trim()}`;
      throw new ProblemError({ code: "host-command-failed", message, where: { host: plan.host } });
    },
    nextReady: (daemon) => ear.inTime(ear.saysReady(daemon)),
    leave: () => {
      ear.leave();
      commands.leave();
    },
  };
}

/** Listens to what a host prints. */
interface Ear {
  /** Begins to listen, from the host's start on. */
  follow(): Promise<void>;
  /** Kept when a daemon says, the next time, that it serves. */
  saysReady(daemon: DaemonKind): Promise<void>;
  /** Kept when so many lines were heard. */
  hasHeard(lines: number): Promise<void>;
  /** Waits no longer than a host may take. @throws ProblemError `host-not-ready` */
  inTime(ready: Promise<unknown>): Promise<void>;
  leave(): void;
}

function createEar(plan: ContainerPlan, container: Docker.Container, { docker, host, dialects, log, signal }: HostSetup): Ear {
  const left = new AbortController();
  // Left, it is no longer waited for: neither well nor ill.
  const over = container.wait({ abortSignal: left.signal }).catch((error: unknown) => {
    if (left.signal.aborted) return new Promise<never>(() => {});
    throw error;
  });
  over.catch(() => {});
  const heard: string[] = [];
  const awaited = new Map<() => void, LogDialect>();
  let count = 0;
  let counted = (): void => {};
  let stop = (): void => {};
  const sort = createLineSorter(
    plan.host,
    host.daemons.map(({ kind }) => kind),
    dialects,
  );
  const hear = (stamped: StampedLine): void => {
    heard.push(stamped.text);
    if (heard.length > linesTold) heard.shift();
    const line = sort(stamped);
    if (line !== undefined) {
      log.add(line);
      for (const [resolve, { daemon, ready: words }] of awaited) {
        if (daemon !== line.daemon || !words.test(line.text)) continue;
        awaited.delete(resolve);
        resolve();
      }
    }
    count++;
    counted();
  };
  return {
    follow: async () => {
      stop = await followContainer(docker, container, hear);
    },
    saysReady: (daemon) => {
      const dialect = dialects.find((each) => each.daemon === daemon);
      if (dialect === undefined) return Promise.resolve();
      return new Promise((resolve) => awaited.set(resolve, dialect));
    },
    hasHeard: (lines) =>
      new Promise((resolve) => {
        counted = () => count >= lines && resolve();
        counted();
      }),
    inTime: (ready) =>
      withinLimit(ready, over, signal, () =>
        notReady(
          plan,
          [...awaited.values()].map(({ daemon }) => daemon),
          heard,
        ),
      ),
    leave: () => {
      left.abort();
      stop();
    },
  };
}

/** Waits no longer than a host may take, and not for a host that has ended: that one will never say that it is ready. */
async function withinLimit(ready: Promise<unknown>, over: Promise<unknown>, signal: AbortSignal, problem: () => Problem): Promise<void> {
  const giveUp = (): never => {
    throw new ProblemError(problem());
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, readyMs);
  });
  try {
    await unlessAborted(Promise.race([ready, late.then(giveUp), over.then(giveUp)]), signal);
  } finally {
    clearTimeout(timer);
  }
}

function notReady(plan: ContainerPlan, awaited: readonly string[], heard: readonly string[]): Problem {
  const last = heard.map((line) => `\n      ${line}`);
  return {
    code: "host-not-ready",
    message: `${awaited.join(" and ") || "The host"} did not get ready. Its last lines:${last.join("") || " none"}`,
    where: { host: plan.host },
    hint: "A busy machine may need another try; else look at what the lines say.",
  };
}
