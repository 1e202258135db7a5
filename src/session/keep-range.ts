import type { Clock } from "../base/clock.ts";
import { type Problem, ProblemError } from "../base/problem.ts";
import type { LogDialect } from "../daemons/daemon.ts";
import { allPass, judgeStage } from "../scenario/judge.ts";
import { learnersHosts, type Stage } from "../scenario/stage.ts";
import type { Range, RunResult } from "../world/engine.ts";
import { describeRange } from "./describe-range.ts";
import { type Deed, itemOf, type LearnerSession } from "./learner-session.ts";
import { notedTerminal } from "./noted-terminal.ts";
import type { RangeDescription, ResponseOf } from "./range-protocol.ts";
import { type KeptSession, type RangeSeat, seatOf, watchPulse } from "./range-seat.ts";
import { type RangeHandlers, type RangeServer, serveRange } from "./range-server.ts";
import { freeName, socketPath } from "./runtime-folder.ts";
import { type SessionVerb, sessionHandlers } from "./session-handlers.ts";

/** A range that this process keeps for others. */
export interface KeptRange {
  readonly description: RangeDescription;
  /** Kept when the range is down, by whichever way. */
  readonly ended: Promise<void>;
  down(): Promise<void>;
}

export interface KeepOptions {
  /** The codename of the scenario or the world's name; the range is called after it. */
  readonly of: string;
  /** Present when a scenario plays in the range: it can be judged then. */
  readonly stage?: Stage;
  /** Present when somebody plays it: what they do is written down, and ends with the range. */
  readonly played?: KeptSession;
  readonly folder: string;
  readonly dialects: readonly LogDialect[];
  readonly wall: Clock;
  readonly pid: number;
  /** The engine has lost the range while nobody asked anything of it. */
  readonly onLost?: (error: ProblemError) => void;
}

/**
 * Serves a range to other processes of this user until it is taken down. Its time follows the wall's.
 * When it cannot be served, the range is taken down again.
 */
export async function keepRange(range: Range, options: KeepOptions): Promise<KeptRange> {
  const { of, stage, played, folder, pid, wall } = options;
  const here = seatOf(range, stage, { played, wall });
  let sayEnded = (): void => {};
  const ended = new Promise<void>((resolve) => {
    sayEnded = resolve;
  });
  let stopping: Promise<unknown> | undefined;
  const stop = async (): Promise<void> => {
    stopPulse();
    served.server.endShells("range");
    stopping ??= played === undefined ? range.down() : played.session.leave();
    await stopping;
  };
  const close = (): void => void served.server.close().then(sayEnded);
  const serve = async (): Promise<{ readonly description: RangeDescription; readonly server: RangeServer }> => {
    try {
      const name = freeName(folder, of);
      let description = describeRange(range, { range: name, of, pid });
      const handlers: RangeHandlers = {
        ...handlersOf(here, name, options),
        describe: async () => description,
        reset: async ({ actor }) => {
          if (played === undefined) throw new ProblemError(stage === undefined ? noScenario(name) : nothingBroken(name));
          stopPulse();
          try {
            await played.session.reset(actor, () => served.server.endShells("reset"));
          } finally {
            stopPulse = pulse();
          }
          await played.session.begin();
          description = describeRange(here().range, { range: name, of, pid });
          return description;
        },
        down: async () => {
          const leaves = played !== undefined && played.session.view().state !== "debrief";
          await stop();
          return { stopped: true, leaves };
        },
      };
      return { description, server: await serveRange(socketPath(folder, name), handlers, close) };
    } catch (error) {
      // Somebody else took the name since we looked.
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return serve();
      await (played === undefined ? range.down() : played.session.leave());
      throw error;
    }
  };
  const served = await serve();
  // What is simulated in this process dies with it, and not before.
  const pulse = () => (range.time.jumps ? () => {} : watchPulse(() => look(here, played), wall, options.onLost ?? (() => {})));
  let stopPulse = pulse();
  const down = async (): Promise<void> => {
    await stop();
    close();
  };
  return { description: served.description, ended, down };
}

/** Asks for something that is there as long as the range is. */
function look(here: () => RangeSeat, played: KeptSession | undefined): Promise<unknown> {
  const { range } = here();
  return onRange(played, () => range.ask({ ask: "file", host: range.world.hosts[0]?.key ?? "", path: "/etc/hosts" }));
}

/** Work on the range; where somebody plays in it and the engine fails at it, their session knows. */
function onRange<T>(played: KeptSession | undefined, work: () => Promise<T>): Promise<T> {
  return played === undefined ? work() : played.session.withRange(work);
}

/** What may be asked of a range called `name`, apart from what has to do with its being served. */
function handlersOf(
  here: () => RangeSeat,
  name: string,
  { played, dialects }: KeepOptions,
): Omit<RangeHandlers, "describe" | "reset" | "down"> {
  const note = (deed: Deed, actor: string): void => played?.session.note(deed, actor);
  const inStep = <T>(work: (seat: RangeSeat) => Promise<T>): Promise<T> => {
    const seat = here();
    return seat.pacer.inStep(() => onRange(played, () => work(seat)));
  };
  const run = ({ host, line, stdin, actor }: { host: string; line: string; stdin?: string; actor: string }, signal: AbortSignal) => {
    return inStep(({ range, stage }): Promise<RunResult> => {
      admit(actor, host, stage);
      note({ type: "ran", host, line }, actor);
      return range.run(host, line, { ...(stdin === undefined ? {} : { stdin }), actor, signal });
    });
  };
  const judge = async (): Promise<ResponseOf["check"]> => {
    const { stage, pacer } = here();
    if (stage === undefined) throw new ProblemError(nothingToCheck(name));
    const judged = await pacer.inStep(() => judgeStage(stage, dialects, played === undefined ? {} : answersIn(played.session)));
    return { solved: allPass(judged), items: judged.map(itemOf) };
  };
  const learners =
    played === undefined ? withoutSession(name, here().stage) : sessionHandlers({ ...played, pacer: () => here().pacer, run });
  return {
    ...learners,
    run,
    shell: ({ host, size, actor }) =>
      inStep(async ({ range, stage }) => {
        admit(actor, host, stage);
        return notedTerminal(await range.terminal(host, size), host, size, (deed) => note(deed, actor));
      }),
    // A range whose session has come to its end can still be asked how it stands.
    check: (asked, signal) => (played === undefined || played.session.view().state === "debrief" ? judge() : learners.check(asked, signal)),
    injected: async ({ actor }) => {
      demandInstructor(actor);
      return { inForce: here().injections.inForce() };
    },
    inject: async ({ fault, params, actor }) => {
      demandInstructor(actor);
      const injected = await inStep(({ injections }) => injections.inject(fault, params));
      note({ type: "injected", number: injected.number }, actor);
      return injected;
    },
    mend: async ({ fault, actor }) => {
      demandInstructor(actor);
      const mended = await inStep(({ injections }) => injections.mend(fault));
      note({ type: "mended", number: mended.number, whole: mended.left.length === 0 }, actor);
      return mended;
    },
  };
}

function answersIn(session: LearnerSession): Record<string, string> {
  return Object.fromEntries(session.view().objectives.flatMap(({ id, answer }) => (answer === undefined ? [] : [[id, answer]])));
}

/** Where a scenario plays, a learner is let in where `play` would let them in. @throws ProblemError for other people's hosts */
function admit(actor: string, host: string, stage: Stage | undefined): void {
  if (actor !== "learner" || stage === undefined) return;
  const owner = stage.compiled.healthy.hosts.find(({ key }) => key === host)?.owner;
  const own = learnersHosts(stage);
  // A host that does not exist is the range's to name.
  if (owner === undefined || own.includes(host)) return;
  const organisation = stage.compiled.healthy.organisations.find(({ key }) => key === owner)?.name ?? owner;
  throw new ProblemError({
    code: "not-your-host",
    message: `${host} belongs to ${organisation}; it is not yours.`,
    hint: `You have shells on ${own.join(", ")}. Who teaches says --as instructor.`,
  });
}

/** @throws ProblemError for learners: what is broken on purpose is theirs to find */
function demandInstructor(actor: string): void {
  if (actor === "instructor") return;
  throw new ProblemError({
    code: "not-yours",
    message: "Only who teaches breaks and mends a range by a fault's name.",
    hint: "Say --as instructor.",
  });
}

/** Where nobody plays, there is nothing to answer, and it is said why. */
function withoutSession(range: string, stage: Stage | undefined): Pick<RangeHandlers, SessionVerb> {
  const problem = stage === undefined ? noScenario(range) : nothingBroken(range);
  const refuse = (): Promise<never> => Promise.reject(new ProblemError(problem));
  return {
    view: refuse,
    pin: refuse,
    hint: refuse,
    answer: refuse,
    diagnose: refuse,
    escalate: refuse,
    check: refuse,
    reply: refuse,
    "give-up": refuse,
  };
}

function noScenario(range: string): Problem {
  return {
    code: "no-scenario",
    message: `No scenario plays in ${range}; there is nothing to find.`,
    hint: "Start one: maildrill up <codename>.",
  };
}

function nothingBroken(range: string): Problem {
  return {
    code: "no-scenario",
    message: `${range} was started as it was before anything was broken; nobody plays in it.`,
    hint: "Start it without --healthy.",
  };
}

function nothingToCheck(range: string): Problem {
  return {
    code: "nothing-to-check",
    message: `No scenario plays in ${range}; there is nothing to judge.`,
    hint: "Start one: maildrill up <codename>.",
  };
}
