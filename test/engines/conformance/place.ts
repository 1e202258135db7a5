import type { Range } from "../../../src/world/engine.ts";
import type { Step } from "./recording.ts";

/** Where a case is played: a range of either engine, and the little that the engine port does not have. */
export interface Place {
  readonly range: Range;
  /** Puts this range's addresses in place of the recorded world's. */
  here(text: string): string;
  /** And back. */
  recorded(text: string): string;
  /** Has a host's Postfix read its files, for the next client too: a server that idles would serve one more with the old ones. */
  rereadPostfix(host: string): Promise<void>;
  /** Plays steps that open connections, write, read, wait and hang up; answers each with what was heard. */
  converse(steps: readonly Step[]): Promise<readonly Step[]>;
  /** Lets the recorded time pass (0 after a command that waits for nothing), or as much of it as the mail under way needs. */
  wait(seconds: number): Promise<void>;
  /** Comes back when the mail under way has come to rest and, in time, the log is as long as it is to be. */
  rest(isLongEnough: () => boolean): Promise<void>;
}

/** How long a server may take to answer: Postfix gives a milter or a resolver that is down 30 seconds. */
export const replyTimeoutS = 60;
