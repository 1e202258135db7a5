import { ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import { learnersHosts, type Stage } from "../scenario/stage.ts";
import type { JournalEntry, Pinned } from "./journal/entry.ts";
import { type LearnerSession, type LearnerSessionSetup, startLearnerSession } from "./learner-session.ts";
import type { LearnerTerminals } from "./learner-terminals.ts";
import { deedsOf, replay } from "./replay.ts";

/** A session of a learner who sits at terminals of their own: what is typed there is written down, and done again when the range is rebuilt. */
export interface PlaySession extends LearnerSession {
  /** Undefined while there is no range. */
  readonly terminals: () => LearnerTerminals | undefined;
  /** Brings a host of the learner's own to the front. @throws ProblemError for other people's */
  goTo(host: string): Promise<void>;
  /** Pins what the last command printed. */
  pin(): Pinned | undefined;
}

export interface PlaySetup extends Omit<LearnerSessionSetup, "bringBack" | "wayOut"> {
  readonly openTerminals: (stage: Stage) => LearnerTerminals;
}

const wayOut = ":rebuild brings it back to where it was, :reset begins again, :quit leaves; the session waits.";

/** Starts a session, or takes it up where its journal ends. @throws ProblemError when the range cannot be started; the session can be taken up later */
export async function startPlaySession({ openTerminals, onStage, ...setup }: PlaySetup): Promise<PlaySession> {
  let terminals: LearnerTerminals | undefined;
  const session = await startLearnerSession({
    ...setup,
    wayOut,
    onStage: (stage) => {
      onStage(stage);
      terminals?.close();
      terminals = stage === null ? undefined : openTerminals(stage);
    },
    bringBack: async (stage, carryOut) => {
      if (terminals !== undefined) await replay(deedsOf(setup.log.entries()), stage.range.time, terminals, carryOut);
    },
  });
  const seated = (): LearnerTerminals => {
    // Says why where there is none.
    session.stage();
    if (terminals === undefined) throw new Error("a range has its terminals");
    return terminals;
  };
  return {
    ...session,
    terminals: () => terminals,
    begin: async () => {
      await session.begin();
      const stage = session.stage();
      const { host, goTo } = seated();
      if (host() === "") await session.withRange(() => goTo(lastHost(setup.log.entries()) ?? firstHost(stage)));
    },
    goTo: async (host) => {
      const own = learnersHosts(session.stage());
      if (!own.includes(host)) {
        const hint = `You have shells on ${own.join(", ")}; other machines are other people's.`;
        throw new ProblemError({ ...unknownId("host of yours", host, own), hint });
      }
      await session.withRange(() => seated().goTo(host));
    },
    pin: () => session.keep(seated().last()),
  };
}

/** Where the learner was last, in the range that the session has now. */
function lastHost(entries: readonly JournalEntry[]): string | undefined {
  const events = deedsOf(entries).map(({ event }) => event);
  const seats = events.flatMap((event) => (event.type === "typed" || event.type === "opened" ? [event.host] : []));
  return seats.at(-1);
}

/** The learner's own host to start on: the workstation where there is one. */
function firstHost(stage: Stage): string {
  const hosts = learnersHosts(stage);
  return hosts.includes("desk") ? "desk" : (hosts[0] ?? "");
}
