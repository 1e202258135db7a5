import type { Problem } from "../base/problem.ts";
import type { Effect } from "./effect.ts";
import type { LogLine } from "./event.ts";
import type { AnswerOf, Question } from "./question.ts";
import type { AddressPlan, DaemonKind, HostKey, Shape, World } from "./world.ts";

/** What turns a world into a range. Two exist: `embedded` and `docker`. */
export interface Engine {
  readonly id: EngineId;
  /** How many ranges may well run at the same time for one purpose: one where nothing waits, more where time is the wall's. */
  readonly rangesAtOnce: number;
  /** Sets addresses aside for a range of this shape; nothing runs yet. */
  reserve(shape: Shape, seed: number): Promise<AddressPlan>;
  /** What `up` would create for this world; nothing is. */
  plan(world: World): PlannedRange;
  /**
   * Starts the world and resolves once every daemon that should run is ready.
   * @throws ProblemError when it cannot; nothing is left behind then.
   */
  up(world: World, options?: UpOptions): Promise<Range>;
  /** Ranges that outlived the process which had them. Absent where a range ends with its process, and is brought back by doing the same again. */
  readonly standing?: StandingRanges;
}

/** Ranges that stand and wait for the session for which they are kept (`Range.keepFor`). */
export interface StandingRanges {
  /** How long one waits at most, from when it was last taken up. */
  readonly hoursAtMost: number;
  /** The addresses of the one that waits for a session; undefined when there is none, or not all of it runs. */
  find(session: string, shape: Shape): Promise<AddressPlan | undefined>;
  /**
   * Takes it up again as it is: its files, queues, mailboxes, and its log since the start.
   * @param world as it was started @throws ProblemError when it cannot be taken up; it stands as before then
   */
  takeUp(session: string, world: World, options?: UpOptions): Promise<Range>;
  /** Removes what waits for a session. Nothing happens where nothing does. */
  remove(session: string): Promise<void>;
}

/** What a range will consist of, decided before anything is created. */
export interface PlannedRange {
  readonly networks: readonly { readonly key: string; readonly cidr: string }[];
  readonly hosts: readonly PlannedHost[];
}

export interface PlannedHost {
  readonly host: HostKey;
  /** `image postfix`, or `this process` where all is simulated. */
  readonly runsOn: string;
  readonly addresses: readonly string[];
  readonly daemons: readonly DaemonKind[];
  /** Linux capabilities that the host keeps; none where it is no process of its own. */
  readonly capabilities: readonly string[];
  /** At most; 0 where the host is no process of its own. */
  readonly memoryBytes: number;
}

export type EngineId = "embedded" | "docker";

export interface UpOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (step: { readonly host: HostKey; readonly text: string }) => void;
}

/** A running world. */
export interface Range {
  readonly engine: EngineId;
  readonly world: World;
  /** Applies an effect; the answer undoes just this one. @throws ProblemError when the engine cannot do it. */
  apply(effect: Effect): Promise<AppliedEffect>;
  ask<Q extends Question>(question: Q): Promise<AnswerOf[Q["ask"]]>;
  /** Runs one shell command line on a host, as root, and gives its whole output. Virtual time passes as the command needs it. */
  run(host: HostKey, commandLine: string, options?: RunOptions): Promise<RunResult>;
  /** An interactive shell on a host. */
  terminal(host: HostKey, size: TerminalSize): Promise<RangeTerminal>;
  /** Every log line since the start, in the order of time. */
  lines(): readonly LogLine[];
  /** Calls back for each new line until the returned function is called. */
  follow(listener: (line: LogLine) => void): () => void;
  readonly time: TimeControl;
  /** Stops everything and frees what the range held. Never throws for what is already gone. */
  down(): Promise<void>;
  /**
   * From now on the range outlives this process when that ends without taking it down, and waits for a session for some hours.
   * Absent, as `leave` is, where ranges end with their process.
   */
  keepFor?(session: string): Promise<void>;
  /** Lets go of a range that is kept for a session, and leaves it as it is. */
  leave?(): Promise<void>;
}

export interface AppliedEffect {
  readonly effect: Effect;
  /** Restores what still is as the effect left it; answers with a Problem for what somebody has changed since. */
  revert(): Promise<Problem | undefined>;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** Who types, for the journal: `learner`, `solution`, `instructor`. */
  readonly actor?: string;
  /** Working directory; root's home where it is not given. */
  readonly cwd?: string;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A shell's two byte streams, as text. */
export interface RangeTerminal {
  write(input: string): void;
  onOutput(listener: (output: string) => void): void;
  /** Kept when the shell has ended. */
  readonly closed: Promise<void>;
  resize(size: TerminalSize): void;
  close(): void;
}

export interface TimeControl {
  /** The range's clock, milliseconds since the Unix epoch. */
  now(): number;
  /** Lets `durationMs` pass on the range's clock. On embedded this takes as long as the work does; on docker it waits. */
  advance(durationMs: number): Promise<void>;
  /** True where time can be moved at will. */
  readonly jumps: boolean;
  /**
   * Until the returned function is called only `advance` moves time, also while somebody sits at a terminal: what was done once can be
   * done again at the same instants. Absent where time is real.
   */
  freeze?(): () => void;
}
